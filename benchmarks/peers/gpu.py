#!/usr/bin/env python3
"""BlazeFace front on this GPU with PyTorch (eager, compiled, CUDA graph), ONNX Runtime and JAX: inputs resident on the
device, random weights and pictures, half and single precision. Runs what is installed and says what is not.

  benchmarks/peers/gpu.py --json FILE --batches 1 8 64 512 4096 --limit-s 90

Nothing new starts after --limit-s seconds, and FILE is rewritten after every row. What compiles for long comes
last.
"""
import argparse
import json
import os
import statistics
import time

from blazeface_peers import BLOCKS


def measure(run, synchronize, seconds=0.4):
    """Median ms of one call, from repeated groups that end with a synchronization."""
    for _ in range(3):
        run()
    synchronize()
    start = time.perf_counter()
    run()
    synchronize()
    calls = max(1, int(0.02 / max(1e-6, time.perf_counter() - start)))
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.perf_counter()
        for _ in range(calls):
            run()
        synchronize()
        times.append((time.perf_counter() - start) / calls * 1e3)
    return statistics.median(times)


def torch_network():
    from torch_blazeface import BlazeFace
    return BlazeFace(is_normalized=False).eval()


def torch_networks(torch):
    if not torch.cuda.is_available():
        raise RuntimeError("PyTorch sees no GPU")
    torch.backends.cudnn.benchmark = True
    for precision, dtype in (("f16", torch.float16), ("f32", torch.float32)):
        yield precision, dtype, torch_network().cuda().to(dtype).to(memory_format=torch.channels_last)


def torch_input(torch, batch, dtype):
    return torch.randn(batch, 1, 128, 128, device="cuda", dtype=dtype).to(memory_format=torch.channels_last)


def torch_rows(batches):
    import torch
    for precision, dtype, network in torch_networks(torch):
        for batch in batches:
            x = torch_input(torch, batch, dtype)
            with torch.inference_mode():
                yield "PyTorch eager", torch.__version__, precision, batch, measure(lambda: network(x), torch.cuda.synchronize)
                graph, stream = torch.cuda.CUDAGraph(), torch.cuda.Stream()
                with torch.cuda.stream(stream):
                    for _ in range(3):
                        network(x)
                stream.synchronize()
                with torch.cuda.graph(graph):
                    network(x)
                yield "PyTorch CUDA graph", torch.__version__, precision, batch, measure(graph.replay, torch.cuda.synchronize)


def torch_compiled_rows(batches):
    import torch
    for precision, dtype, network in torch_networks(torch):
        compiled = torch.compile(network, dynamic=False)
        for batch in [b for b in (512, 1) if b in batches]:  # each shape is compiled for many seconds
            x = torch_input(torch, batch, dtype)
            with torch.inference_mode():
                yield ("PyTorch compiled", torch.__version__, precision, batch,
                       measure(lambda: compiled(x), torch.cuda.synchronize))


def onnx_rows(batches):
    import io
    import numpy as np
    import onnxruntime
    import torch
    if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        raise RuntimeError("ONNX Runtime has no CUDA provider here")
    for batch in batches:
        file = io.BytesIO()
        torch.onnx.export(torch_network(), torch.randn(batch, 1, 128, 128), file, input_names=["x"], dynamo=False)
        session = onnxruntime.InferenceSession(file.getvalue(), providers=["CUDAExecutionProvider"])
        binding = session.io_binding()
        value = onnxruntime.OrtValue.ortvalue_from_numpy(np.random.randn(batch, 1, 128, 128).astype(np.float32), "cuda", 0)
        binding.bind_ortvalue_input("x", value)
        for output in session.get_outputs():
            binding.bind_output(output.name, "cuda")
        yield ("ONNX Runtime CUDA", onnxruntime.__version__, "f32", batch,
               measure(lambda: session.run_with_iobinding(binding), binding.synchronize_outputs))


def jax_rows(batches):
    import jax
    import jax.numpy as jnp
    if jax.default_backend() != "gpu":
        raise RuntimeError("JAX sees no GPU")

    def convolve(x, w, stride=1, padding=((0, 0), (0, 0)), groups=1):
        return jax.lax.conv_general_dilated(x, w, (stride, stride), padding, dimension_numbers=("NHWC", "HWIO", "NHWC"),
                                            feature_group_count=groups)

    def forward(weights, x):
        y, at_16 = jax.nn.relu(convolve(x, weights["stem"], 2, ((1, 2), (1, 2)))), None
        for i, (inputs, outputs, stride) in enumerate(BLOCKS):
            padding = ((0, 1), (0, 1)) if stride == 2 else ((1, 1), (1, 1))
            shortcut = y
            if stride == 2:
                shortcut = jax.lax.reduce_window(y, jnp.array(-jnp.inf, y.dtype), jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
            shortcut = jnp.pad(shortcut, ((0, 0), (0, 0), (0, 0), (0, outputs - inputs)))
            y = jax.nn.relu(convolve(convolve(y, weights["dw"][i], stride, padding, inputs), weights["pw"][i]) + shortcut)
            if i == 10:
                at_16 = y
        return [convolve(at_16 if i < 2 else y, w) for i, w in enumerate(weights["heads"])]

    for precision, dtype in (("f16", jnp.float16), ("f32", jnp.float32)):
        key = jax.random.PRNGKey(0)
        random = lambda *shape: jax.random.normal(key, shape, dtype) * 0.1
        weights = {"stem": random(5, 5, 1, 24), "dw": [random(3, 3, 1, b[0]) for b in BLOCKS],
                   "pw": [random(1, 1, b[0], b[1]) for b in BLOCKS],
                   "heads": [random(1, 1, 88, 2), random(1, 1, 88, 32), random(1, 1, 96, 6), random(1, 1, 96, 96)]}
        compiled = jax.jit(forward)
        for batch in batches:
            x, last = random(batch, 128, 128, 1), []
            def run():
                last[:] = [compiled(weights, x)]
            yield "JAX/XLA", jax.__version__, precision, batch, measure(run, lambda: jax.block_until_ready(last[0]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8, 64, 512])
    parser.add_argument("--limit-s", type=float, default=1e9)
    arguments = parser.parse_args()
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # else JAX takes the memory of all others
    begin = time.perf_counter()
    rows, absent = [], {}

    def write():
        if not arguments.json:
            return
        with open(arguments.json + ".part", "w") as file:
            json.dump({"rows": rows, "absent": absent}, file, indent=1)
        os.replace(arguments.json + ".part", arguments.json)

    for name, measured in (("PyTorch", torch_rows), ("ONNX Runtime", onnx_rows), ("JAX", jax_rows),
                           ("PyTorch compiled", torch_compiled_rows)):
        try:
            if time.perf_counter() - begin > arguments.limit_s:
                raise TimeoutError("no time left")
            for peer, version, precision, batch, ms in measured(arguments.batches):
                rows.append({"task": "blazeface", "name": peer, "version": version, "precision": precision, "threads": None,
                             "batch": batch, "ms_per_image": ms / batch, "images_per_s": 1e3 * batch / ms, "agrees": None})
                print(f"{peer:<20} {precision:<4} batch {batch:>5} {ms:10.4f} ms {1e3 * batch / ms:12.0f} images/s", flush=True)
                write()
                if time.perf_counter() - begin > arguments.limit_s:
                    raise TimeoutError(f"stopped after {arguments.limit_s:.0f} s")
        except Exception as error:  # a peer that is absent or broken must not hide the others
            absent[name] = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
            print(f"{name}: not measured further, {absent[name]}", flush=True)
        write()


if __name__ == "__main__":
    main()
