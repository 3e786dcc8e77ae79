"""Random programs: several hooks in several arguments, around several calls, that do several things at several moments.

A seed and a number decide a program, whatever ran before it.
"""

from __future__ import annotations

import random
import re

from actions import ACTIONS, ENDLESS
from calls import ALL_CALLS, NOTHING
from programs import HARNESS, known_arguments, surroundings, targets

# Calls with several arguments: each is a hook, or a plain value.
SEVERAL = [
    ("b.cast(one, two)", ("format", "shape")),
    ("b.copy(one, two)", ("order", "format")),
    ("b.index(one, two, three)", ("value", "index", "index")),
    ("b.hex(one, two)", ("separator", "number")),
    ("b.transpose(one, two, three)", ("index", "index", "index")),
    ("b.reshape(one, two)", ("index", "index")),
    ("b[one, two]", ("key", "key")),
    ("b[one:two:three]", ("index", "index", "index")),
    ("b.__setitem__(one, two)", ("key", "value")),
    ("b.__setitem__(one, two)", ("key", "exporter")),
    ("b.__setitem__((one, two), three)", ("key", "key", "exporter")),
    ("swiftbuf.full(one, two, three)", ("shape", "value", "format")),
    ("swiftbuf.zeros(one, two, three)", ("shape", "format", "order")),
    ("swiftbuf.frombuffer(one, two, three)", ("exporter", "format", "shape")),
    ("swiftbuf.mapped(one, 'c', two, three)", ("path", "format", "shape")),
    ("swiftbuf.Buffer(one) == swiftbuf.Buffer(two)", ("exporter", "exporter")),
    ("swiftbuf.Buffer(one).__setitem__(two, three)", ("exporter", "key", "exporter")),
]
SINGLE = [(re.sub(r"\bargument\b", "one", call.text), (call.kind,)) for call in ALL_CALLS if call.kind != NOTHING]
NONE = [(call.text, ()) for call in ALL_CALLS if call.kind == NOTHING]
NUMERALS = ("one", "two", "three")


def renamed(text: str, name: str) -> str:
    """Return a hook's text with names of its own."""
    for each in ("Hook", "Dying", "Sub", "View", "Slot", "Spec", "instead"):
        text = re.sub(rf"\b{each}\b", f"{each}_{name}", text)
    return re.sub(r"\bargument\b", name, text)


def composed(seed: int, number: int) -> tuple[str, list[str]]:
    """Return the name and the pieces of a random program."""
    chance = random.Random(f"{seed} {number}")
    target = chance.choice(targets())
    hooks: list[str] = []
    calls: list[str] = []
    for turn in range(chance.choice((1, 1, 1, 2, 3))):
        text, kinds = chance.choice(chance.choice((SEVERAL, SINGLE, SINGLE, NONE)))
        for name, kind in zip(NUMERALS, kinds, strict=False):
            own = f"{name}{turn}"
            text = re.sub(rf"\b{name}\b", own, text)
            hooks.append(renamed(chance.choice(known_arguments(kind, target.parts)).text, own))
        is_statement = text.startswith("del ") or re.match(r"b[\[.][^=]* = ", text) is not None
        calls.append(text if is_statement or turn < 0 else f"result = {text}")
    hooks.append("argument = one0" if any("one0 = " in each for each in hooks) else "argument = [1]")
    for around in chance.sample(surroundings(), chance.choice((0, 0, 0, 1, 2))):
        hooks.append(around.text)
    plan: list[str] = []
    # The slots of an exporter in C could not be called if the recursion had no room.
    in_c = any("PYFUNCTYPE" in each for each in (target.text, *hooks))
    actions = [action for action in ACTIONS if not in_c or action.name != ENDLESS]
    for name in range(chance.choice((1, 1, 2, 3))):
        lines = [line for _ in range(chance.choice((1, 1, 2, 3))) for line in chance.choice(actions).lines]
        raises = chance.choice(actions).raises if chance.random() < 0.3 else ""
        body = "".join(f"    try: {line}\n    except Exception as error: refused(error)\n" for line in lines)
        plan.append(f"def act_{name}():\n{body}" + (f"    raise {raises}\n" if raises else "    pass\n"))
    moments = ", ".join(f"{chance.choice((1, 1, 2, 3, 4, 5, 8))}: act_{name}" for name in range(len(plan)))
    act = "".join(plan) + f"plan = {{{moments}}}\nalways = True\ndef act(): plan.get(calls_back, len_of_call)()\n"
    act += "def len_of_call(): pass\n"
    body = "".join(f"    try: {call}\n    except Exception as error: refused(error)\n" for call in calls[:-1]) + (
        f"    {calls[-1]}\n    return result" if calls[-1].startswith("result = ") else f"    {calls[-1]}"
    )
    name = f"seed {seed}, program {number}: {'; '.join(calls)} | {target.name}"
    return name, [HARNESS, target.text, act, "\n".join(hooks), f"def call():\n{body}"]
