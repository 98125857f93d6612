"""What each argument of Keras may be, by its name.

Keras annotates nothing, but names its arguments consistently: `units` is a positive whole number
wherever it occurs. So one table by name types all of them; `OVERRIDES` holds the few that differ,
by `Name.argument`. A name that is in neither fails generation and the contract test: an argument of
a new Keras is never let through unread.
"""

from __future__ import annotations

from yamlnet.catalog.types import (
    AnyOf,
    Boolean,
    Choice,
    Integer,
    ListOf,
    MappingOf,
    Null,
    Number,
    ObjectOf,
    Plain,
    Text,
    Unwritable,
    ValueType,
)


def optional(type: ValueType) -> ValueType:
    """A type, or `null`."""
    return AnyOf((*type.options, Null())) if isinstance(type, AnyOf) else AnyOf((type, Null()))


def one_or_list(item: ValueType) -> ValueType:
    """One value for all axes, or a list of one for each."""
    return AnyOf((item, ListOf(item, min_length=1)))


def choices(*options: str) -> ValueType:
    """One of a few strings."""
    return Choice(options)


BOOLEAN = Boolean()
TEXT = Text()
WHOLE = Integer()
COUNT = Integer(min=1)
NATURAL = Integer(min=0)
NUMBER = Number()
POSITIVE = Number(above=0)
NOT_NEGATIVE = Number(min=0)
FRACTION = Number(min=0, max=1)
AXIS = one_or_list(WHOLE)
COUNTS = one_or_list(COUNT)
SHAPE = ListOf(optional(WHOLE))
SEED = optional(Integer(min=0, max=2**31 - 1))
SCALARS = AnyOf((NUMBER, TEXT, BOOLEAN))
NUMBERS = AnyOf((NUMBER, ListOf(Plain())))
FACTOR = AnyOf((NUMBER, ListOf(NUMBER, 2, 2)))
INITIALIZER = ObjectOf("initializer")
REGULARIZER = optional(ObjectOf("regularizer"))
CONSTRAINT = optional(ObjectOf("constraint"))
ACTIVATION = optional(ObjectOf("activation"))
LAYER = ObjectOf("layer")
LEARNING_RATE = AnyOf((POSITIVE, ObjectOf("schedule")))
DATA_FORMAT = optional(choices("channels_last", "channels_first"))
PADDING = choices("valid", "same", "causal")
INTERPOLATION = choices("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
FILL_MODE = choices("constant", "nearest", "wrap", "reflect", "crop")
DTYPE = optional(ObjectOf("dtype_policy"))
TENSOR = AnyOf((NUMBER, BOOLEAN, ListOf(Plain())))
"""What may stand for a tensor in a blueprint besides a reference to one: a constant."""

FUNCTION = Unwritable("a blueprint is data and holds no functions")
OBJECT = Unwritable("this is a Python object, which no file can hold")

_WITH_SUFFIX: tuple[tuple[str, ValueType], ...] = (
    ("initializer", INITIALIZER),
    ("regularizer", REGULARIZER),
    ("constraint", CONSTRAINT),
    ("activation", ACTIVATION),
)

_NAMED: dict[ValueType, str] = {
    BOOLEAN: """
        add_history amsgrad all_ops allow_last_axis_squeeze antialias append apply_class_balancing
        approximate assume_unique autocast center centered compute_uv crop_to_aspect_ratio cycle
        delete_checkpoint endpoint equal_nan expand_dims from_logits from_sorted_ids full_matrices
        go_backwards hermitian idf increasing invert is_causal keepdims lower mask_zero
        merge_repeated multi_label nesterov normalize optional pad_to_aspect_ratio pad_to_max_tokens
        periodic power_to_db ragged raise_error relative_step remove_diagonal renorm reset_after
        restore_best_weights retstep return_attention_scores return_counts return_index
        return_inverse return_sequences return_state reverse save_best_only save_on_background
        save_weights_only scaling sorted sparse sparse_y_pred sparse_y_true staircase stateful
        swap_on_epoch synchronized tie_weights training trainable unit_forget_bias unroll upper
        use_bias use_causal_mask use_cudnn use_ema use_gate use_scale write_graph write_images
        write_steps_per_second double_checkpoint add_progbar has_aux exclude_embeddings send_as_json
        zero_output_for_mask
    """,
    optional(BOOLEAN): "flash_attention",
    COUNT: """
        beam_width block_size chain_depth decay_steps first_decay_steps depth depth_multiplier
        frame_step fft_length filters groups head_dim height input_dim k key_dim max_number n num
        num_bins num_chains num_classes num_heads num_key_value_heads num_mel_bins num_ops
        num_query_heads num_samples num_thresholds num_tokens output_dim power_iterations
        sampling_rate top_paths units width factor_count sequence_stride frame_length
        sequence_length dynamic_growth_steps patience_count order_count embed_dim ns_steps
        adam_steps
    """,
    NATURAL: """
        cooldown embeddings_freq histogram_freq num_regressors patience start_from_epoch
        decimals_count warmup_steps num_oov_indices minlength
    """,
    optional(COUNT): """
        batch_size gradient_accumulation_steps ema_overwrite_frequency lora_rank max_tokens
        num_labels max_to_keep num_segments output_sequence_length sliding_window value_dim top_k
        gptq_unpacked_column_size length
    """,
    WHOLE: "M N axis1 axis2 axisa axisb axisc mask_index offset decimals",
    optional(WHOLE): "class_id ignore_class mask_value max_ndim min_ndim ndim size",
    COUNTS: """
        dilation dilation_rate kernel_size output_size pool_size size_counts stride patch_size
        repeats tile_grid_size
    """,
    optional(COUNTS): "strides",
    AXIS: """
        axis axes dims shared_axes attention_axes start_indices source destination shift kth
        input_axes output_axes
    """,
    SHAPE: "shape target_shape output_shape batch_shape newshape noise_shape",
    one_or_list(AnyOf((NATURAL, ListOf(NATURAL)))): "cropping output_padding",
    PADDING: "padding",
    DATA_FORMAT: "data_format",
    DTYPE: "dtype reverse_dtype vocabulary_dtype",
    FRACTION: """
        beta beta_1 beta_2 dropout ema_momentum label_smoothing momentum q rate recurrent_dropout
        renorm_momentum rho adam_beta_1 adam_beta_2 precision recall sensitivity specificity
    """,
    POSITIVE: """
        epsilon epsilon_1 epsilon_2 stddev max_wavelength scaling_factor initial_learning_rate
        initial_scale learning_rate_floor clip_limit clip_threshold decay_rate m_mul t_mul
        adam_lr_ratio rms_rate delta temperature
    """,
    optional(POSITIVE): """
        clipnorm clipvalue global_clipnorm loss_scale_factor lora_alpha max_freq max_val
        attn_logits_soft_cap logit_soft_cap warmup_target rcond tol
    """,
    NOT_NEGATIVE: """
        end_learning_rate initial_accumulator_value l1 l2 l1_regularization_strength
        l2_regularization_strength l2_shrinkage_regularization_strength min_delta min_lr min_freq
        mag_exp min_power min_value top_db negative_slope adam_weight_decay
    """,
    optional(NOT_NEGATIVE): "weight_decay max_value baseline initial_value_threshold",
    NUMBER: """
        alpha atol base beta_2_decay constant_values default_value fill_value gain gamma
        learning_rate_power margin maxval mean minval muon_a muon_b muon_c nan neginf posinf power
        ref_power rtol value x_max x_min default q_number dx threshold
    """,
    optional(NUMBER): "initial",
    FACTOR: """
        brightness_factor contrast_factor factor height_factor hue_factor radius saturation_factor
        scale sigma threshold_factor addition_factor width_factor x_factor y_factor
    """,
    SEED: "seed",
    INTERPOLATION: "interpolation",
    FILL_MODE: "fill_mode",
    ListOf(NUMBER, 2, 2): "value_range",
    optional(ListOf(AnyOf((NUMBER, TEXT)))): "vocabulary",
    optional(ListOf(NUMBER)): "idf_weights bin_boundaries weights label_weights thresholds variance",
    TEXT: """
        equation name field monitor subscripts pattern log_dir filename separator filepath directory root
        path oov_token
    """,
    optional(TEXT): "mask_token encoding embeddings_metadata ref",
    choices("auto", "min", "max"): "mode",
    choices("sum", "sum_over_batch_size", "mean", "mean_with_sample_weight", "none"): "reduction",
    choices("interpolation", "minoring", "majoring"): "summation_method",
    choices("ROC", "PR"): "curve",
    optional(choices("sum", "mul", "concat", "ave")): "merge_mode",
    choices("hann", "hamming", "rectangular"): "window_name",
    NUMBERS: "boundaries values target_class_ids bins",
    AnyOf((choices("epoch", "batch"), COUNT)): "save_freq update_freq",
    AnyOf((choices("auto"), Integer(min=0, max=2))): "verbose",
    LEARNING_RATE: "learning_rate",
    LAYER: "layer cell",
    optional(LAYER): "backward_layer",
    ListOf(LAYER, min_length=1): "cells layers",
    TENSOR: """
        x x1 x2 xs y a b abs_ angle array bias condition data depthwise_kernel index indices inputs
        kernel key logits mask operands output pointwise_kernel predictions probabilities query
        segment_ids sorted_sequence target targets tensor updates query_mask value_mask key_mask
        attention_mask sequence sequences states initial_state output_length target_length
        sequence_lengths counts count_weights log_variance variable start_index primals tangents
    """,
    FUNCTION: """
        body body_fun branches cond f false_fn fn fun function pred pyfunc true_fn schedule split
        standardize call_fn init_fn on_epoch_begin on_epoch_end on_train_batch_begin
        on_train_batch_end on_train_begin on_train_end elements elems excluded signature arguments
    """,
    OBJECT: """
        module variables method params state callbacks model input_tensor quantization_config
        optimizer_map default_optimizer inner_optimizer init init_val loop_vars call_endpoint
        call_training_endpoint native_serialization_platforms headers choicelist_objects
        maximum_iterations config custom_objects identifier
    """,
}

BY_NAME: dict[str, ValueType] = {name: type for type, names in _NAMED.items() for name in names.split()}

OVERRIDES: dict[str, ValueType] = {
    "Activation.activation": ObjectOf("activation"),
    "AUC.thresholds": optional(ListOf(NUMBER)),
    "AUC.num_labels": optional(COUNT),
    "BatchNormalization.axis": WHOLE,
    "Bidirectional.weights": OBJECT,
    "BinaryIoU.target_class_ids": ListOf(NATURAL),
    "CTC.reduction": choices("sum", "sum_over_batch_size", "mean", "mean_with_sample_weight", "none"),
    "Constant.value": NUMBERS,
    "CosineDecay.alpha": NOT_NEGATIVE,
    "CosineDecayRestarts.alpha": NOT_NEGATIVE,
    "CategoryEncoding.output_mode": choices("multi_hot", "one_hot", "count"),
    "Discretization.output_mode": choices("int", "one_hot", "multi_hot", "count"),
    "Dot.axes": AXIS,
    "Embedding.weights": OBJECT,
    "EarlyStopping.baseline": optional(NUMBER),
    "EarlyStopping.verbose": Integer(min=0, max=1),
    "EinsumDense.bias_axes": optional(TEXT),
    "EinsumDense.output_shape": AnyOf((optional(WHOLE), SHAPE)),
    "Equalization.bins": COUNT,
    "F1Score.average": optional(choices("micro", "macro", "weighted")),
    "FBetaScore.average": optional(choices("micro", "macro", "weighted")),
    "FBetaScore.beta": POSITIVE,
    "Ftrl.beta": NOT_NEGATIVE,
    "BinaryFocalCrossentropy.gamma": NOT_NEGATIVE,
    "CategoricalFocalCrossentropy.alpha": AnyOf((NUMBER, ListOf(NUMBER))),
    "FalseNegatives.thresholds": optional(AnyOf((NUMBER, ListOf(NUMBER)))),
    "FalsePositives.thresholds": optional(AnyOf((NUMBER, ListOf(NUMBER)))),
    "TrueNegatives.thresholds": optional(AnyOf((NUMBER, ListOf(NUMBER)))),
    "TruePositives.thresholds": optional(AnyOf((NUMBER, ListOf(NUMBER)))),
    "Precision.thresholds": optional(AnyOf((NUMBER, ListOf(NUMBER)))),
    "Recall.thresholds": optional(AnyOf((NUMBER, ListOf(NUMBER)))),
    "F1Score.threshold": optional(NUMBER),
    "FBetaScore.threshold": optional(NUMBER),
    "Flatten.data_format": DATA_FORMAT,
    "GlobalAveragePooling1D.keepdims": BOOLEAN,
    "GroupNormalization.axis": WHOLE,
    "GroupNormalization.groups": AnyOf((COUNT, Integer(min=-1, max=-1))),
    "GroupNormalization.scale": BOOLEAN,
    "BatchNormalization.scale": BOOLEAN,
    "LayerNormalization.scale": BOOLEAN,
    "HashedCrossing.output_mode": choices("int", "one_hot"),
    "Hashing.output_mode": choices("int", "one_hot", "multi_hot", "count"),
    "Hashing.salt": optional(AnyOf((WHOLE, ListOf(WHOLE, 2, 2)))),
    "Hashing.mask_value": optional(SCALARS),
    "IntegerLookup.mask_token": optional(WHOLE),
    "IntegerLookup.oov_token": WHOLE,
    "IntegerLookup.oov_method": choices("floormod", "farmhash"),
    "IntegerLookup.salt": optional(AnyOf((WHOLE, ListOf(WHOLE, 2, 2)))),
    "StringLookup.salt": optional(AnyOf((WHOLE, ListOf(WHOLE, 2, 2)))),
    "IntegerLookup.output_mode": choices("int", "one_hot", "multi_hot", "count", "tf_idf"),
    "StringLookup.output_mode": choices("int", "one_hot", "multi_hot", "count", "tf_idf"),
    "TextVectorization.output_mode": choices("int", "multi_hot", "count", "tf_idf"),
    "TextVectorization.standardize": optional(
        choices("lower_and_strip_punctuation", "lower", "strip_punctuation")
    ),
    "TextVectorization.split": optional(choices("whitespace", "character")),
    "TextVectorization.ngrams": optional(AnyOf((COUNT, ListOf(COUNT)))),
    "Masking.mask_value": NUMBER,
    "MelSpectrogram.window": choices("hann", "hamming"),
    "STFTSpectrogram.window": optional(choices("hann", "hamming")),
    "STFTSpectrogram.mode": choices("log", "magnitude", "psd", "real", "imag", "angle", "stft"),
    "STFTSpectrogram.padding": choices("valid", "same"),
    "STFTSpectrogram.fft_length": optional(COUNT),
    "MelSpectrogram.sequence_stride": COUNT,
    "MultiHeadAttention.output_shape": AnyOf((optional(COUNT), ListOf(COUNT))),
    "Normalization.mean": optional(AnyOf((NUMBER, ListOf(Plain())))),
    "Normalization.variance": optional(AnyOf((NUMBER, ListOf(Plain())))),
    "Normalization.axis": optional(AXIS),
    "MaxNumBoundingBoxes.fill_value": NUMBER,
    "ModelCheckpoint.mode": choices("auto", "min", "max"),
    "OrthogonalRegularizer.mode": choices("rows", "columns"),
    "OrthogonalRegularizer.factor": NUMBER,
    "PReLU.alpha_initializer": INITIALIZER,
    "PiecewiseConstantDecay.boundaries": ListOf(NUMBER, 1),
    "PiecewiseConstantDecay.values": ListOf(NUMBER, 2),
    "PolynomialDecay.power": NUMBER,
    "R2Score.class_aggregation": optional(choices("uniform_average", "sum", "variance_weighted_average")),
    "RandomFlip.mode": choices("horizontal", "vertical", "horizontal_and_vertical"),
    "RandomCrop.height": COUNT,
    "ReLU.max_value": optional(NOT_NEGATIVE),
    "ReLU.threshold": NOT_NEGATIVE,
    "ReduceLROnPlateau.factor": Number(above=0, below=1),
    "ReduceLROnPlateau.verbose": Integer(min=0, max=1),
    "Rescaling.offset": NUMBERS,
    "Rescaling.scale": NUMBERS,
    "Reshape.target_shape": ListOf(WHOLE),
    "SGD.momentum": FRACTION,
    "Attention.score_mode": choices("dot", "concat"),
    "SeparableConv1D.padding": choices("valid", "same", "causal"),
    "TensorBoard.profile_batch": AnyOf((NATURAL, ListOf(NATURAL, 2, 2))),
    "UpSampling2D.size": COUNTS,
    "UpSampling1D.size": COUNT,
    "UpSampling3D.size": COUNTS,
    "VarianceScaling.scale": POSITIVE,
    "VarianceScaling.mode": choices("fan_in", "fan_out", "fan_avg"),
    "VarianceScaling.distribution": choices("normal", "truncated_normal", "untruncated_normal", "uniform"),
    "STFT.side": choices("real", "imag"),
    "STFT.window": optional(TEXT),
    "STFT.scaling": optional(choices("density", "spectrum")),
    "STFT.periodic": BOOLEAN,
    "Tversky.alpha": NUMBER,
    "Circle.gamma": NUMBER,
    "Tversky.beta": NUMBER,
    "ZeroPadding1D.padding": AnyOf((NATURAL, ListOf(NATURAL, 2, 2))),
    "ZeroPadding2D.padding": AnyOf((NATURAL, ListOf(AnyOf((NATURAL, ListOf(NATURAL, 2, 2))), 2, 2))),
    "ZeroPadding3D.padding": AnyOf((NATURAL, ListOf(AnyOf((NATURAL, ListOf(NATURAL, 2, 2))), 3, 3))),
    "RandomElasticTransform.scale": FACTOR,
    "AdaptiveAveragePooling1D.output_size": COUNTS,
    "BatchNormalization.renorm_clipping": optional(MappingOf(POSITIVE)),
    "RandomErasing.fill_value": optional(NUMBER),
    "AugMix.alpha": NUMBER,
    "Muon.exclude_layers": optional(ListOf(TEXT)),
    "Muon.adam_beta_1": FRACTION,
    "Muon.momentum": FRACTION,
    "ScheduleFreeAdamW.warmup_steps": NATURAL,
    "CosineDecay.warmup_steps": NATURAL,
    "Orthogonal.gain": NUMBER,
    "Identity.gain": NUMBER,
    "MinMaxNorm.rate": FRACTION,
    "Adafactor.beta_2_decay": NUMBER,
    "Parameter.shape": ListOf(COUNT),
    "RotaryEmbedding.sequence_axis": WHOLE,
    "RotaryEmbedding.feature_axis": WHOLE,
    "PositionEmbedding.sequence_length": COUNT,
    "RandomGaussianBlur.kernel_size": COUNTS,
    "LearningRateScheduler.schedule": FUNCTION,
    "CSVLogger.filename": TEXT,
    "SwapEMAWeights.swap_on_epoch": BOOLEAN,
    # Operations
    "arange.start": NUMBER,
    "arange.stop": optional(NUMBER),
    "arange.step": NUMBER,
    "array_split.indices_or_sections": AnyOf((COUNT, ListOf(WHOLE))),
    "average.weights": TENSOR,
    "bincount.weights": TENSOR,
    "batch_normalization.mean": TENSOR,
    "batch_normalization.variance": TENSOR,
    "batch_normalization.offset": TENSOR,
    "batch_normalization.scale": TENSOR,
    "conv.strides": COUNTS,
    "dsplit.indices_or_sections": AnyOf((COUNT, ListOf(WHOLE))),
    "hsplit.indices_or_sections": AnyOf((COUNT, ListOf(WHOLE))),
    "split.indices_or_sections": AnyOf((COUNT, ListOf(WHOLE))),
    "vsplit.indices_or_sections": AnyOf((COUNT, ListOf(WHOLE))),
    "cast.dtype": ObjectOf("dtype_policy"),
    "correlate.mode": choices("valid", "same", "full"),
    "ctc_decode.strategy": choices("greedy", "beam_search"),
    "digitize.bins": NUMBERS,
    "histogram.bins": AnyOf((COUNT, ListOf(NUMBER))),
    "histogram.range": optional(ListOf(NUMBER, 2, 2)),
    "diag.k": WHOLE,
    "diagflat.k": WHOLE,
    "eye.k": WHOLE,
    "tri.k": WHOLE,
    "tril.k": WHOLE,
    "triu.k": WHOLE,
    "rot90.k": WHOLE,
    "dot_product_attention.value": TENSOR,
    "dot_product_attention.scale": optional(NUMBER),
    "expand_dims.axis": AXIS,
    "full.fill_value": NUMBER,
    "geomspace.start": NUMBERS,
    "geomspace.stop": NUMBERS,
    "linspace.start": NUMBERS,
    "linspace.stop": NUMBERS,
    "logspace.start": NUMBERS,
    "logspace.stop": NUMBERS,
    "get_item.key": AnyOf((WHOLE, ListOf(WHOLE))),
    "identity.n": COUNT,
    "diff.n": NATURAL,
    "istft.length": optional(COUNT),
    "istft.window": optional(choices("hann", "hamming", "rectangular")),
    "stft.window": optional(choices("hann", "hamming", "rectangular")),
    "kaiser.beta": NUMBER,
    "layer_normalization.beta": TENSOR,
    "layer_normalization.gamma": TENSOR,
    "meshgrid.indexing": choices("xy", "ij"),
    "nanpercentile.method": choices("linear", "lower", "higher", "midpoint", "nearest"),
    "nanquantile.method": choices("linear", "lower", "higher", "midpoint", "nearest"),
    "percentile.method": choices("linear", "lower", "higher", "midpoint", "nearest"),
    "quantile.method": choices("linear", "lower", "higher", "midpoint", "nearest"),
    "nanpercentile.q": NUMBERS,
    "nanquantile.q": NUMBERS,
    "percentile.q": NUMBERS,
    "quantile.q": NUMBERS,
    "norm.ord": optional(AnyOf((NUMBER, choices("fro", "nuc")))),
    "normalize.order": NUMBER,
    "pad.mode": choices("constant", "reflect", "symmetric", "edge", "wrap"),
    "pad.pad_width": AnyOf((NATURAL, ListOf(AnyOf((NATURAL, ListOf(NATURAL)))))),
    "pad.constant_values": optional(NUMBER),
    "qr.mode": choices("reduced", "complete"),
    "rearrange.axes_lengths": MappingOf(COUNT),
    "repeat.repeats": AnyOf((NATURAL, ListOf(NATURAL))),
    "rms_normalization.scale": TENSOR,
    "scatter_update.reduction": optional(choices("add", "max", "min", "mul")),
    "scatter.values": TENSOR,
    "searchsorted.values": TENSOR,
    "searchsorted.side": choices("left", "right"),
    "select.choicelist": ListOf(TENSOR),
    "select.condlist": ListOf(TENSOR),
    "slice.start_indices": ListOf(WHOLE),
    "tensordot.axes": AnyOf((WHOLE, ListOf(AnyOf((WHOLE, ListOf(WHOLE)))))),
    "top_k.k": COUNT,
    "unique.fill_value": optional(NUMBER),
    "vander.N": optional(COUNT),
    "unravel_index.shape": ListOf(COUNT),
    "one_hot.num_classes": COUNT,
    "fold.padding": AnyOf((NATURAL, ListOf(NATURAL))),
    "unfold.padding": AnyOf((NATURAL, ListOf(NATURAL))),
    "adaptive_average_pool.output_size": COUNTS,
    "rfft.fft_length": optional(COUNT),
    "irfft.fft_length": optional(COUNT),
    "round.decimals": WHOLE,
    "threshold.threshold": NUMBER,
    "threshold.default_value": NUMBER,
    "initial.initial": optional(NUMBER),
    "randint.minval": WHOLE,
    "randint.maxval": WHOLE,
    "beta.alpha": TENSOR,
    "beta.beta": TENSOR,
    "gamma.alpha": TENSOR,
    "binomial.counts": TENSOR,
}


def argument_type(owner: str, name: str) -> ValueType | None:
    """The type of an argument, or None when nobody has classified it.

    Args:
        owner: the class or function that has the argument (`Conv2D`, `matmul`).
        name: the argument.
    """
    override = OVERRIDES.get(f"{owner}.{name}")
    if override is not None:
        return override
    for suffix, type in _WITH_SUFFIX:
        if name.endswith(suffix):
            return type
    return BY_NAME.get(name)
