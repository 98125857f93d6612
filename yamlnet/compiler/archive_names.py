"""What a `.keras` file may hold: the classes of Keras, by module, that a blueprint's model has.

An allow-list, as `catalog/allowed.py` is for blueprints, from which most of it follows. Keras saves
operations by the classes behind them, which have no public names; `tests/compiler/test_archives.py` fails for
a new one.
"""

from __future__ import annotations

from yamlnet.catalog.allowed import ALLOWED
from yamlnet.catalog.entry import Kind

_ROOMS: dict[str, Kind] = {
    "keras.layers": "layer",
    "keras.initializers": "initializer",
    "keras.regularizers": "regularizer",
    "keras.constraints": "constraint",
    "keras.losses": "loss",
    "keras.metrics": "metric",
    "keras.optimizers": "optimizer",
    "keras.optimizers.schedules": "schedule",
}

_BESIDE: dict[str, frozenset[str]] = {
    "keras": frozenset({"DTypePolicy", "Sequential"}),
    "keras.dtype_policies": frozenset({"DTypePolicyMap", "QuantizedDTypePolicy"}),
    "keras.layers": frozenset({"InputLayer"}),
    "keras.optimizers": frozenset({"LossScaleOptimizer"}),
    "keras.quantizers": frozenset({"AbsMaxQuantizer", "Int8QuantizationConfig"}),
    "keras.src.models.functional": frozenset({"Functional"}),
    **{
        f"keras.src.backend.torch.optimizers.torch_{name.lower()}": frozenset({name})
        for name in ("Adadelta", "Adagrad", "Adam", "Adamax", "AdamW", "Lion", "Nadam", "RMSprop", "SGD")
    },  # PyTorch has optimizers of its own behind Keras's names
}
"""What Keras itself puts into a model that no blueprint names."""

_OPERATIONS: dict[str, str] = {
    "keras.src.ops.core": """
        Cast SaturateCast Scatter ScatterUpdate Slice SliceUpdate StopGradient Unstack
    """,
    "keras.src.ops.einops": """
        Rearrange
    """,
    "keras.src.ops.linalg": """
        Cholesky CholeskyInverse Det Eig Eigh Inv Lstsq LuFactor MatrixRank Norm Pinv Qr SVD Solve
        SolveTriangular
    """,
    "keras.src.ops.math": """
        CDist Erf Erfc Erfinv ExtractSequences FFT FFT2 IFFT2 IRFFT ISTFT InTopK Logdet Logsumexp
        RFFT Rsqrt STFT SegmentMax SegmentMin SegmentProd SegmentSum TopK ViewAsComplex ViewAsReal
    """,
    "keras.src.ops.nn": """
        AdaptiveAveragePool AdaptiveMaxPool AveragePool BatchNorm BinaryCrossentropy CTCDecode
        CTCLoss CategoricalCrossentropy Celu Conv ConvTranspose DepthToSpace DepthwiseConv
        DotProductAttention Elu Fold Gelu Glu HardShrink HardSigmoid HardSilu HardTanh LayerNorm
        LeakyRelu LogSigmoid LogSoftmax MaxPool Moments MultiHot Normalize OneHot PSNR Polar RMSNorm
        Relu Relu6 Selu SeparableConv Sigmoid Silu SoftShrink Softmax Softplus Softsign SpaceToDepth
        SparseCategoricalCrossentropy SparsePlus SparseSigmoid Sparsemax Squareplus TanhShrink
        Threshold Unfold
    """,
    "keras.src.ops.numpy": """
        Abs Absolute Add All AllClose Amax Amin Angle Any Append Arange Arccos Arccosh Arcsin
        Arcsinh Arctan Arctan2 Arctanh Argmax Argmin Argpartition Argsort Array ArraySplit Average
        Bincount BitwiseAnd BitwiseInvert BitwiseLeftShift BitwiseNot BitwiseOr BitwiseRightShift
        BitwiseXor BroadcastTo Cbrt Ceil Clip Concatenate Conj Conjugate Copy Corrcoef Correlate Cos
        Cosh CountNonzero Cross Cumprod Cumsum Deg2rad Diag Diagflat Diagonal Diff Digitize Divide
        DivideNoNan Dot Dsplit Dstack Einsum EmptyLike Equal Exp Exp2 ExpandDims Expm1 Fabs Flip
        Fliplr Flipud Floor FloorDivide Fmax Fmin Fmod Full FullLike Gcd Geomspace GetItem Greater
        GreaterEqual Heaviside Histogram Hsplit Hstack Hypot I0 Imag Inner IsIn Isclose Isfinite
        Isinf Isnan Isneginf Isposinf Isreal Kron Lcm Ldexp LeftShift Less LessEqual Linspace Log
        Log10 Log1p Log2 Logaddexp Logaddexp2 LogicalAnd LogicalNot LogicalOr LogicalXor Logspace
        Matmul Max Maximum Mean Median Meshgrid Min Minimum Mod Moveaxis Multiply NanToNum Nanargmax
        Nanargmin Nancumprod Nancumsum Nanmax Nanmean Nanmedian Nanmin Nanpercentile Nanprod
        Nanquantile Nanstd Nansum Nanvar Negative Nextafter NotEqual OnesLike Outer Pad Percentile
        Power Prod Ptp Quantile Rad2deg Ravel Real Reciprocal Repeat Reshape RightShift Roll Rot90
        Round SearchSorted Select Sign Signbit Sin Sinc Sinh Size Slogdet Sort Split Sqrt Square
        Squeeze Stack Std Subtract Sum Swapaxes Take TakeAlongAxis Tan Tanh Tensordot Tile Trace
        Transpose Trapezoid Tril Triu TrueDivide Trunc UnravelIndex Vander Var Vdot View Vsplit
        Vstack Where ZerosLike
    """,
}

REFUSED_OPERATIONS = frozenset(
    {
        "AssociativeScan", "Cond", "ForiLoop", "JVP", "Map", "Scan", "Switch", "VectorizedMap", "WhileLoop",
        "ConvertToTensor", "Ndim", "Nonzero", "SegmentReduction", "Unique",
    }
)  # fmt: skip
"""Operations that take functions, and those that no blueprint can name."""

CLASSES: dict[str, frozenset[str]] = {
    **{module: frozenset(names.split()) for module, names in _OPERATIONS.items()},
    **{module: ALLOWED[kind] for module, kind in _ROOMS.items()},
}
CLASSES |= {module: CLASSES.get(module, frozenset()) | names for module, names in _BESIDE.items()}
"""Names of classes by the module that a file says they are of."""

PLAIN = frozenset({"__keras_tensor__", "__tensor__", "__numpy__", "__slice__", "__ellipsis__", "__bytes__"})
"""Forms of Keras that rebuild a value of Python: no class is looked up for them."""

FUNCTIONS = ALLOWED["activation"]
"""Functions that a file may name, by their names alone."""
