"""Make the shipped graph of NanoDet-g from an export in single precision: half the bytes, and photos of any size.

`pip install onnx` (used here alone), then `python -m benchmarks.shrink_nanodet nanodet_g_coco_416.onnx FILE`.

Weights are stored in half precision, each with a Cast after it. Maps are enlarged and reduced by a factor, no more to a
fixed size. The graph ends at the three heads' convolutions: what follows them (sigmoid, order of places) depends
on the size of the maps and is done by `stages/vision/nanodet.py`.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HEADS = ("stride8", "stride16", "stride32")
TWICE, HALF = "twice", "half"


def shrunk(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network in half precision, for an image (1, 3, height, width) whose sides are multiples of 32."""
    graph = model.graph
    kept = [node for node in graph.node if node.op_type not in ("Reshape", "Transpose", "Slice", "Sigmoid")]
    kept = [node for node in kept if not {"scores", "dist"} & set(node.output)]
    heads = [node.input[0] for node in graph.node if node.op_type == "Reshape"]
    for place, node in enumerate(node for node in kept if node.op_type == "Resize"):
        scale = (TWICE, TWICE, HALF, HALF)[place]  # from coarse to fine, then back
        how = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}  # OpenCV wants both said
        node.CopyFrom(helper.make_node("Resize", [node.input[0], "", scale], list(node.output), **how))
    for node in kept:
        node.output[:] = [HEADS[heads.index(name)] if name in heads else name for name in node.output]
    values = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    used = [name for node in kept for name in node.input if name in values]
    stored = [numpy_helper.from_array(values[name].astype(np.float16), f"{name}.half") for name in used]
    casts = [helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT) for name in used]
    scales = [
        numpy_helper.from_array(np.array([1, 1, factor, factor], dtype=np.float32), name)
        for name, factor in ((TWICE, 2.0), (HALF, 0.5))
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "height", "width"])
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 124, None, None]) for name in HEADS]
    made = helper.make_graph([*casts, *kept], "nanodet_g", [image], outputs, [*stored, *scales])
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    made = shrunk(onnx.load(source))
    onnx.checker.check_model(made)
    onnx.save(made, target)
    sys.stdout.write(f"{target}: {target.stat().st_size} bytes\n")
