"""The kernels that take every case, in the weight layouts of the .tflite file."""

from . import Array, Kernel, Struct, Target, channels, kernel
from .describe import ConvOp, DenseOp, PoolOp, conv_fields, streaming_distance
from .zones import with_zones, zone_biases


def share(source: int, distance: int | None) -> dict[int, int]:
    """`Kernel.distance` of a kernel with one input; None means that memory cannot be shared."""
    return {} if distance is None else {source: distance}


@kernel("conv")
def conv(op: ConvOp, target: Target) -> Kernel:
    """Plain convolution and depthwise convolution."""
    tables = [channels(bias, op.multipliers, op.shifts) for bias in zone_biases(op)]
    config = Struct(
        "mk_conv",
        {"weights": Array("int8_t", op.weights, kind="weights"), "channels": tables[0], **conv_fields(op)},
    )
    distance = streaming_distance(op.batch, op.in_shape, op.out_shape, op.stride, op.pad)
    chosen = Kernel(
        function="mk_depthwise_s8" if op.depthwise else "mk_conv_s8",
        header="motekit/nn_conv.h",
        sources=("depthwise_s8.c" if op.depthwise else "conv_s8.c",),
        config=config,
        extra=() if op.depthwise else (op.weights.shape[3],),
        inputs=(op.source,),
        outputs=(op.result,),
        distance=share(op.source, distance),
        macs=op.macs,
    )
    return with_zones(op, chosen, tables, extra=op.weights.shape[3])


@kernel("dense")
def dense(op: DenseOp, target: Target) -> Kernel:
    """Plain fully connected layer."""
    outputs, inputs = op.weights.shape
    config = Struct(
        "mk_dense",
        {
            "weights": Array("int8_t", op.weights, kind="weights"),
            "bias": Array("int32_t", op.bias, kind="bias"),
            "rows": op.rows, "inputs": inputs, "outputs": outputs,
            "multiplier": op.multiplier, "shift": op.shift,
            "out_zero": op.out_zero, "act_min": op.act_min, "act_max": op.act_max,
        },
    )  # fmt: skip
    return Kernel(
        "mk_dense_s8", "motekit/nn_dense.h", ("dense_s8.c",), (op.source,), (op.result,), config, macs=op.macs
    )


@kernel("pool")
def pool(op: PoolOp, target: Target) -> Kernel:
    """Average and maximum pooling."""
    kind = "avgpool" if op.average else "maxpool"
    (in_h, in_w, in_c), (out_h, out_w, _) = op.in_shape, op.out_shape
    config = Struct(
        "mk_pool",
        {
            "batch": op.batch, "in_h": in_h, "in_w": in_w, "channels": in_c, "out_h": out_h, "out_w": out_w,
            "window_h": op.window[0], "window_w": op.window[1],
            "stride_h": op.stride[0], "stride_w": op.stride[1],
            "pad_top": op.pad[0], "pad_left": op.pad[1], "act_min": op.act_min, "act_max": op.act_max,
        },
    )  # fmt: skip
    distance = streaming_distance(op.batch, op.in_shape, op.out_shape, op.stride, op.pad)
    return Kernel(
        f"mk_{kind}_s8", "motekit/nn_pool.h", (f"{kind}_s8.c",), (op.source,), (op.result,), config,
        distance=share(op.source, distance),
    )  # fmt: skip
