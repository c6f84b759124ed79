"""Works out an expected value that is written as the sum it is, such as `5431 + 4 * 250`.

Exact decimal arithmetic with + - * / and brackets, and `round(...)`, which is half away from zero
to the penny. Nothing else is understood: a worked example is arithmetic, not a program.
"""

import ast
import operator
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def worked_out(text: str) -> Decimal:
    """Returns what a sum comes to. Raises ValueError for what is no plain sum."""

    def value(node: ast.expr) -> Decimal:
        match node:
            case ast.Constant():
                return Decimal(ast.get_source_segment(text, node) or "")
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return OPERATORS[type(op)](value(left), value(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -value(operand)
            case ast.Call(func=ast.Name(id="round"), args=[inside], keywords=[]):
                return value(inside).quantize(Decimal("0.01"), ROUND_HALF_UP)
        raise ValueError(f"not a plain sum: {text}")

    return value(ast.parse(text, mode="eval").body)
