"""Makes cases.json: ONNX models of three exporters and by hand, with the outputs of onnxruntime for a few states.

Run: python generate.py (needs numpy, onnx, onnxruntime, torch, onnxscript, scikit-learn, skl2onnx).
"""

import base64
import io
import json
import pathlib

import numpy as np
import onnx
import onnxruntime
import skl2onnx
import sklearn
import torch
from onnx import TensorProto, helper, numpy_helper
from sklearn.neural_network import MLPRegressor

RANDOM = np.random.default_rng(20261126)
torch.manual_seed(20261126)


def numbers(*shape, scale=1.0):
    return (RANDOM.standard_normal(shape) * scale).astype(np.float32)


def case(name, model, states, wanted):
    """`wanted` lists the layers that the engine must make of it, so that none is there by luck."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    given = session.get_inputs()[0]
    shaped = states.reshape([len(states), *[int(size) for size in given.shape[1:]]])
    # A fixed batch takes one state at a time.
    batches = [shaped] if isinstance(given.shape[0], str) else [row[None] for row in shaped]
    outputs = np.concatenate([session.run(None, {given.name: batch})[0] for batch in batches])
    return {
        "name": name,
        "model": base64.b64encode(model).decode(),
        "states": states.astype(np.float64).tolist(),
        "outputs": outputs.astype(np.float64).tolist(),
        "layers": wanted,
    }


def built(name, nodes, constants, inputs, wanted, opset=17, shape=None, ir=8, batch=4, outputs=("y",), scale=1.0):
    graph = helper.make_graph(
        nodes,
        name,
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, shape or ["batch", inputs]),
            # Before version 4 of the format constants are inputs, too.
            *[helper.make_tensor_value_info(key, TensorProto.FLOAT, value.shape) for key, value in constants.items() if ir < 4],
        ],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch", "outputs"]) for output in outputs],
        [numpy_helper.from_array(value, key) for key, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir)
    onnx.checker.check_model(model)
    return case(name, model.SerializeToString(), numbers(batch, inputs, scale=scale), wanted)


def exported(name, module, inputs, wanted, dynamo, batch=4):
    module.eval()
    file = io.BytesIO()
    example = torch.zeros(2, inputs)
    options = {"input_names": ["states"], "output_names": ["values"]}
    if dynamo:
        torch.onnx.export(module, (example,), dynamo=True, dynamic_shapes=({0: torch.export.Dim("batch")},), **options).save(file)
    else:
        torch.onnx.export(module, example, file, dynamo=False, dynamic_axes={"states": {0: "batch"}}, **options)
    return case(name, file.getvalue(), numbers(batch, inputs), wanted)


class Dueling(torch.nn.Module):
    def __init__(self, order):
        super().__init__()
        self.trunk = torch.nn.Sequential(torch.nn.Linear(6, 20), torch.nn.ReLU(), torch.nn.Linear(20, 18), torch.nn.ReLU())
        self.value, self.advantage, self.order = torch.nn.Linear(18, 1), torch.nn.Linear(18, 5), order

    def forward(self, x):
        x = self.trunk(x)
        v, a = self.value(x), self.advantage(x)
        mean = a.mean(dim=1, keepdim=True)
        return {"v+(a-m)": lambda: v + (a - mean), "v+a-m": lambda: v + a - mean, "(a-m)+v": lambda: (a - mean) + v}[self.order]()


def mlp(activation, last=None):
    layers = [torch.nn.Linear(7, 24), activation(), torch.nn.Linear(24, 17), activation(), torch.nn.Linear(17, 3)]
    return torch.nn.Sequential(*layers, *([last] if last else []))


def regressor(activation):
    model = MLPRegressor(hidden_layer_sizes=(9, 5), activation=activation, max_iter=20, random_state=1)
    model.fit(numbers(60, 4), numbers(60))
    return skl2onnx.to_onnx(model, numbers(1, 4)).SerializeToString()


N = helper.make_node
W, B, V = numbers(5, 3, scale=0.6), numbers(5), numbers(3, 5, scale=0.6)
HEAD = {"v": numbers(3, 1), "vb": numbers(1), "a": numbers(3, 4), "ab": numbers(4)}
STREAMS = [N("Gemm", ["x", "v", "vb"], ["V"]), N("Gemm", ["x", "a", "ab"], ["A"])]
AXES = {"axes": np.array([-1], dtype=np.int64)}

CASES = [
    built("gemm", [N("Gemm", ["x", "w", "b"], ["y"], transB=1)], {"w": W, "b": B}, 3, ["dense linear 3 5"]),
    built("gemm-untransposed", [N("Gemm", ["x", "w"], ["y"])], {"w": V}, 3, ["dense linear 3 5"]),
    built("gemm-factors", [N("Gemm", ["x", "w", "b"], ["y"], transB=1, alpha=0.5, beta=2.0)], {"w": W, "b": B}, 3, ["dense linear 3 5"]),
    built("gemm-one-bias", [N("Gemm", ["x", "w", "b"], ["y"])], {"w": V, "b": numbers(1)}, 3, ["dense linear 3 5"]),
    built("matmul-add-relu", [N("MatMul", ["x", "w"], ["m"]), N("Add", ["b", "m"], ["s"]), N("Relu", ["s"], ["y"])],
          {"w": V, "b": B[None]}, 3, ["dense relu 3 5"]),
    built("matmul-shared", [N("MatMul", ["x", "w"], ["m"]), N("Tanh", ["m"], ["t"]), N("MatMul", ["t", "w"], ["y"])],
          {"w": numbers(4, 4)}, 4, ["dense tanh 4 4", "dense linear 4 4"]),
    built("weights-transposed", [N("Transpose", ["w"], ["t"], perm=[1, 0]), N("Identity", ["t"], ["u"]), N("MatMul", ["x", "u"], ["y"])],
          {"w": W}, 3, ["dense linear 3 5"]),
    built("weights-as-constant-node", [N("Constant", [], ["w"], value=numpy_helper.from_array(V)), N("MatMul", ["x", "w"], ["y"])],
          {}, 3, ["dense linear 3 5"]),
    built("weights-as-floats", [N("Constant", [], ["w"], value=helper.make_tensor("w", TensorProto.FLOAT, [3, 5], V.ravel())),
                                N("MatMul", ["x", "w"], ["y"])], {}, 3, ["dense linear 3 5"]),
    built("normalised-states", [N("Sub", ["x", "m"], ["c"]), N("Div", ["c", "d"], ["n"]), N("MatMul", ["n", "w"], ["y"])],
          {"m": numbers(3), "d": np.abs(numbers(3)) + 0.5, "w": V}, 3, ["dense linear 3 3", "dense linear 3 3", "dense linear 3 5"]),
    built("scaled-outputs", [N("MatMul", ["x", "w"], ["m"]), N("Mul", ["k", "m"], ["s"]), N("Sub", ["o", "s"], ["y"])],
          {"w": V, "k": np.float32(3.5), "o": numbers(5)}, 3, ["dense linear 3 5", "dense linear 5 5", "dense linear 5 5"]),
    built("bias-after-bias", [N("Gemm", ["x", "w", "b"], ["g"], transB=1), N("Add", ["g", "b"], ["y"])], {"w": W, "b": B}, 3,
          ["dense linear 3 5", "dense linear 5 5"]),
    built("activation-first", [N("Relu", ["x"], ["r"]), N("MatMul", ["r", "w"], ["m"]), N("Relu", ["m"], ["a"]), N("Tanh", ["a"], ["y"])],
          {"w": V}, 3, ["dense relu 3 3", "dense relu 3 5", "dense tanh 5 5"]),
    built("sigmoid", [N("MatMul", ["x", "w"], ["m"]), N("Sigmoid", ["m"], ["y"])], {"w": V}, 3,
          ["dense linear 3 5", "dense tanh 5 5", "dense linear 5 5"]),
    built("leaky-relu", [N("MatMul", ["x", "w"], ["m"]), N("LeakyRelu", ["m"], ["y"], alpha=0.2)], {"w": V}, 3,
          ["dense linear 3 5", "dense relu 5 10", "dense linear 10 5"]),
    built("softmax-old", [N("MatMul", ["x", "w"], ["m"]), N("Softmax", ["m"], ["y"])], {"w": V}, 3, ["dense softmax 3 5"], opset=7, ir=3),
    built("softmax-new", [N("MatMul", ["x", "w"], ["m"]), N("Softmax", ["m"], ["y"], axis=-1)], {"w": V}, 3, ["dense softmax 3 5"], opset=22, ir=10),
    built("pictures", [N("Flatten", ["x"], ["f"]), N("Gemm", ["f", "w"], ["y"])], {"w": numbers(12, 2)}, 12, ["dense linear 12 2"],
          shape=["batch", 3, 2, 2]),
    built("one-at-a-time", [N("Reshape", ["x", "s"], ["f"]), N("Gemm", ["f", "w"], ["y"])],
          {"s": np.array([-1, 12], dtype=np.int64), "w": numbers(12, 2)}, 12, ["dense linear 12 2"], shape=[1, 4, 3]),
    built("dropout-and-cast", [N("Dropout", ["x"], ["d"]), N("Cast", ["d"], ["c"], to=TensorProto.FLOAT), N("MatMul", ["c", "w"], ["m"]),
                               N("Identity", ["m"], ["y"])], {"w": V}, 3, ["dense linear 3 5"]),
    built("unused-nodes", [N("Sin", ["x"], ["s"]), N("MatMul", ["s", "w"], ["z"]), N("MatMul", ["x", "w"], ["y"])], {"w": V}, 3, ["dense linear 3 5"]),
    built("dueling-old-mean", [*STREAMS, N("ReduceMean", ["A"], ["M"], axes=[1]), N("Sub", ["A", "M"], ["C"]), N("Add", ["V", "C"], ["y"])],
          HEAD, 3, ["dueling 3 4"], opset=13),
    built("dueling-new-mean", [*STREAMS, N("ReduceMean", ["A", "axes"], ["M"]), N("Sub", ["V", "M"], ["C"]), N("Add", ["A", "C"], ["y"])],
          HEAD | AXES, 3, ["dueling 3 4"], opset=18),
    built("dueling-one-action", [N("Gemm", ["x", "v", "vb"], ["V"]), N("Gemm", ["x", "v", "vb"], ["A"]), N("ReduceMean", ["A"], ["M"], axes=[1]),
                                 N("Add", ["V", "A"], ["S"]), N("Sub", ["S", "M"], ["y"])], HEAD, 3, ["dueling 3 1"], opset=13),
    exported("torch-relu", mlp(torch.nn.ReLU), 7, ["dense relu 7 24", "dense relu 24 17", "dense linear 17 3"], False),
    exported("torch-tanh-softmax", mlp(torch.nn.Tanh, torch.nn.Softmax(dim=-1)), 7, ["dense tanh 7 24", "dense tanh 24 17", "dense softmax 17 3"], False),
    exported("torch-dynamo-relu", mlp(torch.nn.ReLU), 7, ["dense relu 7 24", "dense relu 24 17", "dense linear 17 3"], True),
    exported("torch-dynamo-sigmoid", mlp(torch.nn.Sigmoid), 7, None, True),
    *[exported(f"torch-dueling-{k}-{order}", Dueling(order), 6, ["dense relu 6 20", "dense relu 20 18", "dueling 18 5"], k == "dynamo", 37)
      for k in ("script", "dynamo") for order in ("v+(a-m)", "v+a-m", "(a-m)+v")],
    case("sklearn-relu", regressor("relu"), numbers(4, 4), None),
    case("sklearn-tanh", regressor("tanh"), numbers(4, 4), None),
]

source = ", ".join(f"{module.__name__} {module.__version__}" for module in (onnx, onnxruntime, torch, skl2onnx, sklearn))
document = {"source": f"{source}; generate.py beside this file", "cases": CASES}
pathlib.Path(__file__).with_name("cases.json").write_text(json.dumps(document, indent=1) + "\n")
