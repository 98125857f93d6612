"""What each argument of Keras may be, by its name.

Keras annotates nothing, but names its arguments consistently: `units` is a positive whole number
wherever it occurs. So one table by name types all of them; `EXCEPTIONS` holds those that differ,
by `Name.argument`. A name that is in neither fails generation and the contract test: an argument of
a new Keras is never let through unread.
"""

from __future__ import annotations

from yamlnet.catalog.argument_exceptions import EXCEPTIONS
from yamlnet.catalog.argument_terms import (
    ACTIVATION,
    AXIS,
    BOOLEAN,
    CONSTRAINT,
    COUNT,
    COUNTS,
    DATA_FORMAT,
    DTYPE,
    ENCODING,
    FACTOR,
    FILL_MODE,
    FRACTION,
    INITIALIZER,
    INTERPOLATION,
    LAYER,
    LEARNING_RATE,
    NAME,
    NATURAL,
    NOT_NEGATIVE,
    NUMBER,
    NUMBERS,
    OBJECT,
    PADDING,
    POSITIVE,
    REGULARIZER,
    SEED,
    SHAPE,
    SUBSCRIPTS,
    TENSOR,
    TEXT,
    TOKENS,
    WHOLE,
    choices,
    one_or_list,
    optional,
)
from yamlnet.catalog.types import AnyOf, Integer, ListOf, ValueType

_WITH_SUFFIX: tuple[tuple[str, ValueType], ...] = (
    ("initializer", INITIALIZER),
    ("regularizer", REGULARIZER),
    ("constraint", CONSTRAINT),
    ("activation", ACTIVATION),
)

_NAMED: dict[ValueType, str] = {
    BOOLEAN: """
        all_ops amsgrad antialias append apply_class_balancing approximate assume_unique autocast
        center centered compute_uv crop_to_aspect_ratio cycle endpoint equal_nan
        exclude_embeddings expand_dims from_logits from_sorted_ids full_matrices go_backwards
        increasing invert is_causal keepdims lower mask_zero merge_repeated multi_label nesterov
        normalize pad_to_aspect_ratio pad_to_max_tokens periodic power_to_db ragged raise_error
        relative_step remove_diagonal renorm reset_after restore_best_weights retstep
        return_attention_scores return_sequences return_state reverse save_best_only
        scaling sorted sparse sparse_y_pred sparse_y_true staircase stateful
        swap_on_epoch synchronized tie_weights trainable training unit_forget_bias unroll upper
        use_bias use_causal_mask use_cudnn use_ema use_gate use_scale write_graph write_images
        write_steps_per_second zero_output_for_mask
    """,
    optional(BOOLEAN): "flash_attention",
    COUNT: """
        beam_width block_size chain_depth decay_steps depth_multiplier fft_length filters
        first_decay_steps frame_length frame_step groups head_dim height input_dim k key_dim
        max_number n ns_steps num num_bins num_chains num_classes num_heads num_key_value_heads
        num_mel_bins num_ops num_query_heads num_samples num_thresholds num_tokens output_dim
        power_iterations sampling_rate sequence_length sequence_stride top_paths units width
    """,
    NATURAL: """
        cooldown embeddings_freq histogram_freq minlength num_oov_indices num_regressors patience
        start_from_epoch warmup_steps
    """,
    optional(COUNT): """
        ema_overwrite_frequency gptq_unpacked_column_size gradient_accumulation_steps length
        lora_rank max_tokens num_labels num_segments output_sequence_length sliding_window top_k
        value_dim
    """,
    WHOLE: "M N axis1 axis2 axisa axisb axisc mask_index offset decimals",
    optional(WHOLE): "class_id ignore_class",
    COUNTS: "dilation dilation_rate kernel_size output_size pool_size stride repeats tile_grid_size",
    optional(COUNTS): "strides",
    AXIS: """
        attention_axes axes axis destination dims input_axes kth output_axes shared_axes shift
        source start_indices
    """,
    SHAPE: "shape newshape noise_shape",
    one_or_list(NATURAL): "output_padding",
    PADDING: "padding",
    DATA_FORMAT: "data_format",
    DTYPE: "dtype reverse_dtype vocabulary_dtype",
    FRACTION: """
        adam_beta_1 adam_beta_2 beta_1 beta_2 dropout ema_momentum label_smoothing momentum
        precision q rate recall recurrent_dropout renorm_momentum rho sensitivity specificity
    """,
    POSITIVE: """
        adam_lr_ratio clip_limit clip_threshold decay_rate delta epsilon epsilon_1 epsilon_2
        initial_learning_rate m_mul rms_rate stddev t_mul
    """,
    optional(POSITIVE): """
        attn_logits_soft_cap clipnorm clipvalue global_clipnorm logit_soft_cap lora_alpha
        loss_scale_factor max_freq max_val rcond tol warmup_target
    """,
    NOT_NEGATIVE: """
        adam_weight_decay end_learning_rate initial_accumulator_value l1
        l1_regularization_strength l2 l2_regularization_strength
        l2_shrinkage_regularization_strength mag_exp min_delta min_freq min_lr min_power min_value
        negative_slope top_db
    """,
    optional(NOT_NEGATIVE): "weight_decay max_value initial_value_threshold",
    NUMBER: """
        alpha atol base beta_2_decay default default_value dx fill_value gain gamma
        learning_rate_power margin maxval mean minval muon_a muon_b muon_c nan neginf posinf power
        ref_power rtol threshold value x_max x_min
    """,
    optional(NUMBER): "initial",
    FACTOR: """
        addition_factor brightness_factor contrast_factor factor height_factor hue_factor
        saturation_factor scale sigma threshold_factor width_factor x_factor y_factor
    """,
    SEED: "seed",
    INTERPOLATION: "interpolation",
    FILL_MODE: "fill_mode",
    ListOf(NUMBER, 2, 2): "value_range",
    TOKENS: "vocabulary",
    optional(ListOf(NUMBER)): "idf_weights bin_boundaries label_weights thresholds",
    NAME: "name",
    SUBSCRIPTS: "equation pattern subscripts",
    TEXT: "monitor oov_token",
    optional(TEXT): "mask_token",
    optional(ENCODING): "encoding",
    choices("auto", "min", "max"): "mode",
    choices("sum", "sum_over_batch_size", "mean", "mean_with_sample_weight", "none"): "reduction",
    choices("interpolation", "minoring", "majoring"): "summation_method",
    choices("ROC", "PR"): "curve",
    optional(choices("sum", "mul", "concat", "ave")): "merge_mode",
    NUMBERS: "target_class_ids bins",
    AnyOf((choices("epoch", "batch"), COUNT)): "save_freq update_freq",
    AnyOf((choices("auto"), Integer(min=0, max=2))): "verbose",
    LEARNING_RATE: "learning_rate",
    LAYER: "layer cell",
    optional(LAYER): "backward_layer",
    ListOf(LAYER, min_length=1): "cells layers",
    TENSOR: """
        a abs_ angle array attention_mask b bias condition count_weights counts data
        depthwise_kernel indices initial_state inputs kernel key key_mask logits mask operands
        output output_length pointwise_kernel predictions probabilities query query_mask
        segment_ids sequence sequence_lengths sequences sorted_sequence states target
        target_length targets tensor updates value_mask variable x x1 x2 xs y
    """,
    OBJECT: "quantization_config",
}

BY_NAME: dict[str, ValueType] = {name: type for type, names in _NAMED.items() for name in names.split()}


def argument_type(owner: str, name: str) -> ValueType | None:
    """The type of an argument, or None when nobody has classified it.

    Args:
        owner: the class or function that has the argument (`Conv2D`, `matmul`).
        name: the argument.
    """
    override = EXCEPTIONS.get(f"{owner}.{name}")
    if override is not None:
        return override
    for suffix, type in _WITH_SUFFIX:
        if name.endswith(suffix):
            return type
    return BY_NAME.get(name)
