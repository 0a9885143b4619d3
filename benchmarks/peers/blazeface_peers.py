# SPDX-License-Identifier: MIT
"""More engines for blazeface.py's network: OpenVINO, OpenCV, PyTorch, MediaPipe. One thread each."""
import numpy as np


def plane_of(picture):
    return (picture.astype(np.float32) / np.float32(127.5) - np.float32(1))[None, None]


def flat_outputs(result):
    """(scores16, scores8, boxes16, boxes8) as planes -> (896), (896, 16)."""
    def flat(planes, numbers):
        return np.asarray(planes)[0].transpose(1, 2, 0).reshape(-1, numbers)
    return (np.concatenate([flat(result[0], 1), flat(result[1], 1)])[:, 0],
            np.concatenate([flat(result[2], 16), flat(result[3], 16)]))


class OpenVino:
    NAMES = ("scores16", "scores8", "boxes16", "boxes8")

    def __init__(self, onnx_bytes):
        import openvino
        self.name = f"OpenVINO {openvino.__version__.split('-')[0]}, gray"
        core = openvino.Core()
        model = core.read_model(onnx_bytes)
        compiled = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1,
                                                     "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"})
        self.request = compiled.create_infer_request()
        self.tensor = openvino.Tensor

    def prepare(self, picture):
        self.input = self.tensor(plane_of(picture))
        self.request.set_input_tensor(self.input)

    def run(self):
        self.request.infer()

    def outputs(self):
        return flat_outputs([self.request.get_tensor(name).data.copy() for name in self.NAMES])


class OpenCv:
    NAMES = ("scores16", "scores8", "boxes16", "boxes8")

    def __init__(self, onnx_bytes):
        import cv2
        self.name = f"OpenCV DNN {cv2.__version__}, gray"
        cv2.setNumThreads(1)
        self.net = cv2.dnn.readNetFromONNX(np.frombuffer(onnx_bytes, np.uint8))

    def prepare(self, picture):
        self.input = plane_of(picture)

    def run(self):
        self.net.setInput(self.input)
        self.result = self.net.forward(self.NAMES)

    def outputs(self):
        return flat_outputs(self.result)


class Torch:
    """The network as plain PyTorch operations, gray stem, channels last."""

    STRIDED = (2, 5, 11)

    def __init__(self, layers):
        import torch
        self.torch = torch
        torch.set_num_threads(1)
        self.name = f"PyTorch {torch.__version__.split('+')[0]}, gray"
        tensors = []
        for kind, weights, bias in layers:
            if weights.shape[1] == 3:
                weights = weights.sum(axis=1, keepdims=True)
            tensors.append((kind == 4, torch.tensor(np.ascontiguousarray(weights)), torch.tensor(np.array(bias))))
        module = self.network(torch, tensors)
        example = torch.zeros(1, 1, 128, 128)
        with torch.inference_mode():
            traced = torch.jit.trace(module, example, check_trace=False)
            self.module = torch.jit.freeze(traced.eval())

    def network(self, torch, tensors):
        from torch.nn import functional
        strided = self.STRIDED

        class Network(torch.nn.Module):
            def forward(self, x):
                layers = iter(tensors)

                def convolve(value, stride=1, pads=None):
                    depthwise, weights, bias = next(layers)
                    if pads:
                        value = functional.pad(value, (pads[0], pads[1], pads[0], pads[1]))
                    return functional.conv2d(value, weights, bias, stride=stride, groups=len(bias) if depthwise else 1)
                x = torch.relu(convolve(x, 2, (1, 2)))
                for i in range(16):
                    stride = 2 if i in strided else 1
                    shortcut = functional.max_pool2d(x, 2) if stride == 2 else x
                    y = convolve(convolve(x, stride, (0, 1) if stride == 2 else (1, 1)))
                    grown = y.shape[1] - shortcut.shape[1]
                    if grown:
                        shortcut = functional.pad(shortcut, (0, 0, 0, 0, 0, grown))
                    x = torch.relu(y + shortcut)
                    if i == 10:
                        middle = x
                return convolve(middle), convolve(x), convolve(middle), convolve(x)
        return Network()

    def prepare(self, picture):
        self.input = self.torch.tensor(plane_of(picture))

    def run(self):
        with self.torch.inference_mode():
            self.result = self.module(self.input)

    def outputs(self):
        return flat_outputs([tensor.numpy() for tensor in self.result])


class MediaPipe:
    """MediaPipe's FaceDetector task: its own resizing, network and decoding, as Python users call it."""

    def __init__(self, model, picture):
        import mediapipe
        from mediapipe.tasks.python import BaseOptions, vision
        self.mediapipe = mediapipe
        self.name = f"MediaPipe {mediapipe.__version__}"
        options = vision.FaceDetectorOptions(base_options=BaseOptions(model_asset_path=str(model)), min_detection_confidence=0.5)
        self.detector = vision.FaceDetector.create_from_options(options)
        if picture is not None:
            self.set_picture(np.repeat(picture[:, :, None], 3, axis=2))

    def set_picture(self, color):
        self.image = self.mediapipe.Image(image_format=self.mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(color))

    def run(self):
        self.result = self.detector.detect(self.image)

    def box(self):
        if not self.result.detections:
            return (0.0, 0.0, 0.0, 0.0)
        box = max((d.bounding_box for d in self.result.detections), key=lambda b: b.width * b.height)
        return (box.origin_x, box.origin_y, box.width, box.height)
