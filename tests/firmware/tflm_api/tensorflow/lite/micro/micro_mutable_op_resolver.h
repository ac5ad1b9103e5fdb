/* See micro_interpreter.h: methods that tensorflow/tflite-micro and the pinned library both have. */
#ifndef MICRO_MUTABLE_OP_RESOLVER_STAND_IN_H
#define MICRO_MUTABLE_OP_RESOLVER_STAND_IN_H

typedef enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1 } TfLiteStatus;

#define RESOLVER_METHODS \
    ADD(Abs) ADD(Add) ADD(AddN) ADD(ArgMax) ADD(ArgMin) ADD(AssignVariable) ADD(AveragePool2D) \
    ADD(BatchToSpaceNd) ADD(BroadcastArgs) ADD(BroadcastTo) ADD(CallOnce) ADD(Cast) ADD(Ceil) \
    ADD(CircularBuffer) ADD(Concatenation) ADD(Conv2D) ADD(Cos) ADD(CumSum) ADD(Delay) ADD(DepthToSpace) \
    ADD(DepthwiseConv2D) ADD(Dequantize) ADD(DetectionPostprocess) ADD(Div) ADD(Elu) ADD(EmbeddingLookup) \
    ADD(Energy) ADD(Equal) ADD(EthosU) ADD(Exp) ADD(ExpandDims) ADD(FftAutoScale) ADD(Fill) ADD(FilterBank) \
    ADD(FilterBankLog) ADD(FilterBankSpectralSubtraction) ADD(FilterBankSquareRoot) ADD(Floor) ADD(FloorDiv) \
    ADD(FloorMod) ADD(Framer) ADD(FullyConnected) ADD(Gather) ADD(GatherNd) ADD(Greater) ADD(GreaterEqual) \
    ADD(HardSwish) ADD(If) ADD(Irfft) ADD(L2Normalization) ADD(L2Pool2D) ADD(LeakyRelu) ADD(Less) \
    ADD(LessEqual) ADD(Log) ADD(LogSoftmax) ADD(LogicalAnd) ADD(LogicalNot) ADD(LogicalOr) ADD(Logistic) \
    ADD(MaxPool2D) ADD(Maximum) ADD(Mean) ADD(Minimum) ADD(MirrorPad) ADD(Mul) ADD(Neg) ADD(NotEqual) \
    ADD(OverlapAdd) ADD(Pack) ADD(Pad) ADD(PadV2) ADD(Prelu) ADD(Quantize) ADD(ReadVariable) ADD(ReduceMax) \
    ADD(Relu) ADD(Relu6) ADD(Reshape) ADD(ResizeBilinear) ADD(ResizeNearestNeighbor) ADD(Rfft) ADD(Round) \
    ADD(Rsqrt) ADD(SelectV2) ADD(Shape) ADD(Sin) ADD(Slice) ADD(Softmax) ADD(SpaceToBatchNd) ADD(SpaceToDepth) \
    ADD(Split) ADD(SplitV) ADD(Sqrt) ADD(Square) ADD(SquaredDifference) ADD(Squeeze) ADD(Stacker) \
    ADD(StridedSlice) ADD(Sub) ADD(Sum) ADD(Svdf) ADD(Tanh) ADD(Transpose) ADD(TransposeConv) \
    ADD(UnidirectionalSequenceLSTM) ADD(Unpack) ADD(VarHandle) ADD(While) ADD(Window) ADD(ZerosLike)

namespace tflite {

class MicroOpResolver {};

template <unsigned int tOpCount> class MicroMutableOpResolver : public MicroOpResolver {
public:
#define ADD(name) \
    TfLiteStatus Add##name() \
    { \
        return ++added_ <= tOpCount ? kTfLiteOk : kTfLiteError; \
    }
    RESOLVER_METHODS
#undef ADD

private:
    unsigned int added_ = 0;
};

} // namespace tflite
#endif
