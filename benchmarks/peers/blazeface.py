#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""BlazeFace front, one picture, one thread: eyelid against ncnn, LiteRT, OpenVINO, ONNX Runtime.

    blazeface.py LIBRARY MODEL.tflite [--int8 FILE] [--rounds 300] [--json FILE]

--int8 names the same model with scales (`eyelid model calibrate MODEL.tflite --to FILE`).

LIBRARY is libeyelid_peers.so of a build with EYELID_BENCHMARKS. All engines take the same weights
and the same picture; their outputs are compared first. Then every round runs each engine once, in
changing order, and measures the multiply-add peak: ratios are between times taken side by side.
Our bf16 and int8, where the processor has them, are compared with our f32: how far they are off is
printed, not judged; the tables of docs/results do that.
Needs numpy, ncnn, ai-edge-litert; onnxruntime and openvino with onnx when installed.
"""
import argparse
import ctypes
import json
import pathlib
import struct
import sys
import tempfile
import time

import numpy as np

from blazeface_peers import OpenVino, flat_outputs, plane_of

TOLERANCE = 1e-3
GRAY_MACS = 25.90e6  # with all boxes
SCORE_MACS = 24.54e6


def load_layers(path):
    """[(kind, weights OIHW, bias)] of the convolutions of a TFLite file, in order."""
    from ai_edge_litert import schema_py_generated as schema
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(path.read_bytes(), 0))
    graph = model.subgraphs[0]

    def code(operator):
        entry = model.operatorCodes[operator.opcodeIndex]
        return max(entry.builtinCode, entry.deprecatedBuiltinCode)
    source = {op.outputs[0]: op.inputs[0] for op in graph.operators if code(op) == 6}

    def constant(index):
        tensor = graph.tensors[source.get(index, index)]
        kind = np.float16 if tensor.type == 1 else np.float32
        data = np.frombuffer(bytes(model.buffers[tensor.buffer].data), kind)
        return data.astype(np.float32).reshape(tensor.shape)
    layers = []
    for operator in graph.operators:
        if code(operator) not in (3, 4):
            continue
        weights, bias = constant(operator.inputs[1]), constant(operator.inputs[2])
        axes = (3, 0, 1, 2) if code(operator) == 4 else (0, 3, 1, 2)
        layers.append((code(operator), weights.transpose(axes), bias))
    return layers


class Eyelid:
    def __init__(self, library, model, all_boxes, precision="f32"):
        self.library = ctypes.CDLL(str(library))
        self.library.eyelid_blazeface_open.restype = ctypes.c_void_p
        self.library.eyelid_blazeface_isa.restype = ctypes.c_char_p
        self.library.eyelid_blazeface_isa.argtypes = [ctypes.c_void_p]
        self.library.eyelid_fma_peak_gmacs.restype = ctypes.c_double
        self.library.eyelid_blazeface_run.argtypes = [ctypes.c_void_p] * 4
        message = ctypes.create_string_buffer(256)
        self.library.eyelid_blazeface_open.argtypes = [ctypes.c_char_p] * 3
        self.session = self.library.eyelid_blazeface_open(
            str(model).encode(), precision.encode(), message)
        if not self.session:
            raise ImportError(message.value.decode())
        self.precision = precision
        isa = self.library.eyelid_blazeface_isa(self.session).decode()
        self.name = f"eyelid {isa}, " + ("all boxes" if all_boxes else "boxes on demand")
        self.logits = np.zeros(896, np.float32)
        self.numbers = np.zeros((896, 16), np.float32)
        self.all_boxes = all_boxes

    def prepare(self, picture):
        self.pixels = np.concatenate([picture.ravel(), np.zeros(64, np.uint8)])
        self.arguments = (self.session, self.pixels.ctypes.data, self.logits.ctypes.data,
                          self.numbers.ctypes.data if self.all_boxes else None)

    def run(self):
        self.library.eyelid_blazeface_run(*self.arguments)

    def outputs(self):
        return self.logits, self.numbers if self.all_boxes else None


class Ncnn:
    """The same network as an ncnn graph, written here; float 32, planar outputs."""

    def __init__(self, layers, channels):
        import ncnn
        self.ncnn = ncnn
        self.channels = channels
        self.name = f"ncnn {ncnn.__version__}, " + ("RGB" if channels == 3 else "gray")
        lines, blobs, binary = [], ["in0"], b""
        layers = iter(layers)

        def add(kind, inputs, outputs, parameters=""):
            blobs.extend(outputs)
            lines.append(f"{kind} l{len(lines)} {len(inputs)} {len(outputs)} "
                         + " ".join(inputs + outputs) + " " + parameters)

        def convolve(source, target, stride=1, pads=(0, 0), relu=False):
            nonlocal binary
            kind, weights, bias = next(layers)
            depthwise = kind == 4
            if weights.shape[1] == 3 and channels == 1:
                weights = weights.sum(axis=1, keepdims=True)
            size = weights.shape[2]
            text = (f"0={len(bias)} 1={size} 3={stride} 4={pads[0]} 14={pads[0]} 15={pads[1]} "
                    f"16={pads[1]} 5=1 6={weights.size}" + (" 9=1" if relu else ""))
            if depthwise:
                text += f" 7={len(bias)}"
            add("ConvolutionDepthWise" if depthwise else "Convolution", [source], [target], text)
            binary += struct.pack("<I", 0) + np.ascontiguousarray(weights).tobytes() + bias.tobytes()

        add("Input", [], ["in0"], "0=128 1=128 2=%d" % channels)
        blobs.pop()
        convolve("in0", "x0", stride=2, pads=(1, 2), relu=True)
        shapes = [(24, 24), (24, 28), (28, 32), (32, 36), (36, 42), (42, 48), (48, 56), (56, 64),
                  (64, 72), (72, 80), (80, 88), (88, 96), (96, 96), (96, 96), (96, 96), (96, 96)]
        for i, (inputs, outputs) in enumerate(shapes):
            stride = 2 if i in (2, 5, 11) else 1
            copies = [f"a{i}", f"b{i}"] + (["head16"] * (i == 11))
            add("Split", [f"x{i}"], copies)
            convolve(f"a{i}", f"d{i}", stride, (0, 1) if stride == 2 else (1, 1))
            convolve(f"d{i}", f"p{i}")
            shortcut = f"b{i}"
            if stride == 2:
                add("Pooling", [shortcut], [f"m{i}"], "0=0 1=2 2=2 5=1")
                shortcut = f"m{i}"
            if outputs > inputs:
                add("Padding", [shortcut], [f"z{i}"], f"8={outputs - inputs} 5=0.0")
                shortcut = f"z{i}"
            add("BinaryOp", [f"p{i}", shortcut], [f"s{i}"], "0=0")
            add("ReLU", [f"s{i}"], [f"x{i + 1}"])
        add("Split", ["head16"], ["h0", "h1"])
        add("Split", ["x16"], ["h2", "h3"])
        self.names = ["scores16", "scores8", "boxes16", "boxes8"]
        for source, target in zip(("h0", "h2", "h1", "h3"), self.names):
            convolve(source, target)
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "net.param").write_text(
                "7767517\n%d %d\n" % (len(lines), len(blobs)) + "\n".join(lines) + "\n")
            (folder / "net.bin").write_bytes(binary)
            self.net = ncnn.Net()
            options = self.net.opt
            options.num_threads = 1
            options.use_fp16_packed = options.use_fp16_storage = options.use_fp16_arithmetic = False
            options.use_bf16_storage = False
            options.use_vulkan_compute = False
            self.net.load_param(str(folder / "net.param"))
            self.net.load_model(str(folder / "net.bin"))

    def prepare(self, picture):
        self.array = np.ascontiguousarray(np.repeat(plane_of(picture)[0], self.channels, axis=0))
        self.input = self.ncnn.Mat(self.array)  # refers to the array, which must live on

    def run(self):
        extractor = self.net.create_extractor()
        extractor.input("in0", self.input)
        self.result = [extractor.extract(name)[1] for name in self.names]

    def outputs(self):
        return flat_outputs([np.array(mat)[None] for mat in self.result])


class LiteRt:
    def __init__(self, model):
        import ai_edge_litert
        from ai_edge_litert.interpreter import Interpreter
        self.name = f"LiteRT {getattr(ai_edge_litert, '__version__', '')} (XNNPACK), RGB".replace("  ", " ")
        self.interpreter = Interpreter(str(model), num_threads=1)
        self.interpreter.allocate_tensors()
        self.input = self.interpreter.get_input_details()[0]["index"]
        self.output = {d["shape"][2]: d["index"] for d in self.interpreter.get_output_details()}

    def prepare(self, picture):
        plane = plane_of(picture).transpose(0, 2, 3, 1)
        self.interpreter.set_tensor(self.input, np.repeat(plane, 3, axis=3))

    def run(self):
        self.interpreter.invoke()

    def outputs(self):
        return (self.interpreter.get_tensor(self.output[1])[0, :, 0],
                self.interpreter.get_tensor(self.output[16])[0])


class OnnxRuntime:
    """The same graph for ONNX Runtime, gray input; needs the onnx package to write it."""

    def __init__(self, layers):
        import onnx
        import onnxruntime
        from onnx import TensorProto, helper, numpy_helper
        self.name = f"ONNX Runtime {onnxruntime.__version__}, gray"
        nodes, constants, layers = [], [], iter(layers)

        def convolve(source, target, stride=1, pads=(0, 0)):
            kind, weights, bias = next(layers)
            if weights.shape[1] == 3:
                weights = weights.sum(axis=1, keepdims=True)
            constants.append(numpy_helper.from_array(np.ascontiguousarray(weights), target + "w"))
            constants.append(numpy_helper.from_array(bias, target + "b"))
            nodes.append(helper.make_node(
                "Conv", [source, target + "w", target + "b"], [target],
                pads=[pads[0], pads[0], pads[1], pads[1]], strides=[stride, stride],
                group=len(bias) if kind == 4 else 1))

        convolve("in", "c", 2, (1, 2))
        nodes.append(helper.make_node("Relu", ["c"], ["x0"]))
        growth = {1: 4, 2: 4, 3: 4, 4: 6, 5: 6, 6: 8, 7: 8, 8: 8, 9: 8, 10: 8, 11: 8}
        for i in range(16):
            stride = 2 if i in (2, 5, 11) else 1
            convolve(f"x{i}", f"d{i}", stride, (0, 1) if stride == 2 else (1, 1))
            convolve(f"d{i}", f"p{i}")
            shortcut = f"x{i}"
            if stride == 2:
                nodes.append(helper.make_node("MaxPool", [shortcut], [f"m{i}"],
                                              kernel_shape=[2, 2], strides=[2, 2]))
                shortcut = f"m{i}"
            if i in growth:
                constants.append(numpy_helper.from_array(
                    np.array([0, 0, 0, 0, 0, growth[i], 0, 0], np.int64), f"g{i}"))
                nodes.append(helper.make_node("Pad", [shortcut, f"g{i}"], [f"z{i}"]))
                shortcut = f"z{i}"
            nodes.append(helper.make_node("Add", [f"p{i}", shortcut], [f"s{i}"]))
            nodes.append(helper.make_node("Relu", [f"s{i}"], [f"x{i + 1}"]))
        self.names = ["scores16", "scores8", "boxes16", "boxes8"]
        for source, target in zip(("x11", "x16", "x11", "x16"), self.names):
            convolve(source, target)
        graph = helper.make_graph(
            nodes, "blazeface",
            [helper.make_tensor_value_info("in", TensorProto.FLOAT, [1, 1, 128, 128])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in self.names],
            constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 8
        self.model_bytes = model.SerializeToString()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(self.model_bytes, options)

    def prepare(self, picture):
        self.input = plane_of(picture)

    def run(self):
        self.result = self.session.run(self.names, {"in": self.input})

    def outputs(self):
        return flat_outputs(self.result)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("library", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--int8", type=pathlib.Path, help="MODEL with scales: times int8 as well")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()

    layers = load_layers(options.model)
    engines = [Eyelid(options.library.resolve(), options.model, True),
               Eyelid(options.library.resolve(), options.model, False),
               Ncnn(layers, 3), Ncnn(layers, 1), LiteRt(options.model)]
    for name, make in (("ONNX Runtime", lambda: OnnxRuntime(layers)),
                       ("OpenVINO", lambda: OpenVino(OnnxRuntime(layers).model_bytes)),
                       ("bf16", lambda: Eyelid(options.library.resolve(), options.model, False,
                                               "bf16")),
                       ("int8", lambda: Eyelid(options.library.resolve(),
                                               options.int8 or options.model, False, "int8"))):
        try:
            engines.append(make())
        except ImportError as missing:
            print(f"{name} left out: {missing}")

    random = np.random.default_rng(1)
    coarse = random.integers(0, 256, (16, 16)).repeat(8, axis=0).repeat(8, axis=1)
    picture = np.clip(coarse + random.integers(-20, 20, (128, 128)), 0, 255).astype(np.uint8)
    agrees = []
    for engine in engines:
        engine.prepare(picture)
        engine.run()
        logits, numbers = engine.outputs()
        expected = engines[0].outputs()
        difference = float(np.abs(logits - expected[0]).max())
        if numbers is not None:
            difference = max(difference, float(np.abs(numbers - expected[1]).max()))
        agrees.append(difference)
        if difference > TOLERANCE and getattr(engine, "precision", "f32") == "f32":
            sys.exit(f"{engine.name}: outputs differ by {difference}; expected at most {TOLERANCE}")

    for engine in engines:
        for _ in range(30):
            engine.run()
    times = np.zeros((options.rounds, len(engines)))
    peaks = np.zeros(options.rounds)
    for round_ in range(options.rounds):
        for position in range(len(engines)):
            index = (position + round_) % len(engines)
            begin = time.perf_counter_ns()
            engines[index].run()
            times[round_, index] = (time.perf_counter_ns() - begin) / 1e6
        peaks[round_] = engines[0].library.eyelid_fma_peak_gmacs()

    best = times.min(axis=0)
    print(f"multiply-add peak: median {np.median(peaks):.1f}, best {peaks.max():.1f} GMAC/s")
    print(f"{'engine':38} {'min':>7} {'p10':>7} {'median':>7} {'p90':>7} ms  {'against':>8} "
          f"{'by min':>7}  {'share':>6}  {'differs':>8}")
    rows = []
    for index, engine in enumerate(engines):
        column = times[:, index]
        p10, median, p90 = np.percentile(column, [10, 50, 90])
        ratio = np.median(column / times[:, 0])  # of neighbors in time
        macs = SCORE_MACS if "demand" in engine.name else GRAY_MACS
        share = macs / best[index] / 1e6 / peaks.max()
        print(f"{engine.name:38} {best[index]:7.3f} {p10:7.3f} {median:7.3f} {p90:7.3f}     "
              f"{ratio:8.2f} {best[index] / best[0]:7.2f}  {share:6.1%}  {agrees[index]:8.1e}")
        rows.append({"task": "blazeface", "name": engine.name.split()[0], "version": engine.name,
                     "precision": getattr(engines[index], "precision", "f32"), "threads": 1, "batch": 1, "ms_per_image": median,
                     "ms_min": best[index], "ms_p10": p10, "ms_p90": p90,
                     "ratio_to_eyelid": ratio, "agrees": bool(agrees[index] <= TOLERANCE),
                     "largest_difference": agrees[index],
                     "fma_peak_fraction": share})
    if options.json:
        options.json.write_text(json.dumps({"rows": rows, "fma_peak_gmacs": peaks.max()}, indent=1))


if __name__ == "__main__":
    main()
