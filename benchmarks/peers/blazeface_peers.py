# SPDX-License-Identifier: MIT
"""More engines for blazeface.py's network: OpenVINO, OpenCV, PyTorch, MediaPipe. One thread each."""
import numpy as np

# Inputs, outputs and stride of the blocks; the heads read the outputs of the 11th and of the last one.
BLOCKS = [(24, 24, 1), (24, 28, 1), (28, 32, 2), (32, 36, 1), (36, 42, 1), (42, 48, 2), (48, 56, 1), (56, 64, 1),
          (64, 72, 1), (72, 80, 1), (80, 88, 1), (88, 96, 2), (96, 96, 1), (96, 96, 1), (96, 96, 1), (96, 96, 1)]
HEADS = ("scores16", "scores8", "boxes16", "boxes8")  # in the order of a TFLite file


def gray_stem(weights):
    """The stem's weights for a gray picture, which is the same in all three colors; others as they are."""
    return np.ascontiguousarray(weights.sum(axis=1, keepdims=True) if weights.shape[1] == 3 else weights)


def plane_of(picture):
    return (picture.astype(np.float32) / np.float32(127.5) - np.float32(1))[None, None]


def flat_outputs(result):
    """(scores16, scores8, boxes16, boxes8) as planes -> (896), (896, 16)."""
    def flat(planes, numbers):
        return np.asarray(planes)[0].transpose(1, 2, 0).reshape(-1, numbers)
    return (np.concatenate([flat(result[0], 1), flat(result[1], 1)])[:, 0],
            np.concatenate([flat(result[2], 16), flat(result[3], 16)]))


class OpenVino:
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
        return flat_outputs([self.request.get_tensor(name).data.copy() for name in HEADS])


class OpenCv:
    def __init__(self, onnx_bytes):
        import cv2
        self.name = f"OpenCV DNN {cv2.__version__}, gray"
        cv2.setNumThreads(1)
        self.net = cv2.dnn.readNetFromONNX(np.frombuffer(onnx_bytes, np.uint8))

    def prepare(self, picture):
        self.input = plane_of(picture)

    def run(self):
        self.net.setInput(self.input)
        self.result = self.net.forward(HEADS)

    def outputs(self):
        return flat_outputs(self.result)


class Torch:
    """torch_blazeface.py, traced and frozen."""

    def __init__(self, layers):
        import torch
        from torch_blazeface import BlazeFace
        self.torch = torch
        torch.set_num_threads(1)
        self.name = f"PyTorch {torch.__version__.split('+')[0]}, gray"
        network = BlazeFace(is_normalized=False)
        *convolutions, scores_16, boxes_16, scores_8, boxes_8 = (
            module for module in network.modules() if isinstance(module, torch.nn.Conv2d))
        with torch.inference_mode():
            for module, (_, weights, bias) in zip([*convolutions, scores_16, scores_8, boxes_16, boxes_8], layers):
                module.weight.copy_(torch.tensor(gray_stem(weights)))
                module.bias.copy_(torch.tensor(np.array(bias)))
            traced = torch.jit.trace(network.eval(), torch.zeros(1, 1, 128, 128), check_trace=False)
            self.module = torch.jit.freeze(traced)

    def prepare(self, picture):
        self.input = self.torch.tensor(plane_of(picture))

    def run(self):
        with self.torch.inference_mode():
            self.result = self.module(self.input)

    def outputs(self):
        scores_16, boxes_16, scores_8, boxes_8 = (tensor.numpy() for tensor in self.result)
        return flat_outputs([scores_16, scores_8, boxes_16, boxes_8])


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
