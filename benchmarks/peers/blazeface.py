# SPDX-License-Identifier: MIT
"""BlazeFace front, one picture, one thread: eyelid, ncnn, LiteRT and ONNX Runtime, for peers.py.

All engines take the same weights (of a TFLite file) and the same picture.
"""
import ctypes
import pathlib
import struct
import tempfile

import numpy as np

from blazeface_peers import BLOCKS, HEADS, flat_outputs, gray_stem, plane_of

TOLERANCE = 1e-3


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
        self.library.eyelid_blazeface_run.argtypes = [ctypes.c_void_p] * 4
        message = ctypes.create_string_buffer(256)
        self.library.eyelid_blazeface_open.argtypes = [ctypes.c_char_p] * 3
        self.session = self.library.eyelid_blazeface_open(
            str(model).encode(), precision.encode(), message)
        if not self.session:
            raise ImportError(message.value.decode())
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
            if channels == 1:
                weights = gray_stem(weights)
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
        for i, (inputs, outputs, stride) in enumerate(BLOCKS):
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
        for source, target in zip(("h0", "h2", "h1", "h3"), HEADS):
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
        self.result = [extractor.extract(name)[1] for name in HEADS]

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
            constants.append(numpy_helper.from_array(gray_stem(weights), target + "w"))
            constants.append(numpy_helper.from_array(bias, target + "b"))
            nodes.append(helper.make_node(
                "Conv", [source, target + "w", target + "b"], [target],
                pads=[pads[0], pads[0], pads[1], pads[1]], strides=[stride, stride],
                group=len(bias) if kind == 4 else 1))

        convolve("in", "c", 2, (1, 2))
        nodes.append(helper.make_node("Relu", ["c"], ["x0"]))
        for i, (inputs, outputs, stride) in enumerate(BLOCKS):
            convolve(f"x{i}", f"d{i}", stride, (0, 1) if stride == 2 else (1, 1))
            convolve(f"d{i}", f"p{i}")
            shortcut = f"x{i}"
            if stride == 2:
                nodes.append(helper.make_node("MaxPool", [shortcut], [f"m{i}"],
                                              kernel_shape=[2, 2], strides=[2, 2]))
                shortcut = f"m{i}"
            if outputs > inputs:
                constants.append(numpy_helper.from_array(
                    np.array([0, 0, 0, 0, 0, outputs - inputs, 0, 0], np.int64), f"g{i}"))
                nodes.append(helper.make_node("Pad", [shortcut, f"g{i}"], [f"z{i}"]))
                shortcut = f"z{i}"
            nodes.append(helper.make_node("Add", [f"p{i}", shortcut], [f"s{i}"]))
            nodes.append(helper.make_node("Relu", [f"s{i}"], [f"x{i + 1}"]))
        for source, target in zip(("x11", "x16", "x11", "x16"), HEADS):
            convolve(source, target)
        graph = helper.make_graph(
            nodes, "blazeface",
            [helper.make_tensor_value_info("in", TensorProto.FLOAT, [1, 1, 128, 128])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in HEADS],
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
        self.result = self.session.run(HEADS, {"in": self.input})

    def outputs(self):
        return flat_outputs(self.result)
