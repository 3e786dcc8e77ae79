"""Importing the Python files that a Swift program carries in itself.

The program runs this once, when it starts the interpreter, and calls `install`. The modules have no `__file__`,
because there is no file: what reads their source, as tracebacks do, asks the loader.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType


class CarriedFiles:
    """The finder and loader of these modules and no others."""

    def __init__(self, files: dict[str, str]) -> None:
        """Take the texts by path: `package/__init__.py`, `package/module.py`."""
        self._sources = {module_name(path): (path, text) for path, text in files.items()}

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module comes from, or None for another finder to be asked."""
        if name not in self._sources:
            return None
        origin = self.get_filename(name)
        # A loader by what it does: importing importlib.abc to say so would take longer than all the rest.
        return ModuleSpec(name, self, origin=origin, is_package=self.is_package(name))  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to the import system."""

    def exec_module(self, module: ModuleType) -> None:
        """Run a module's source in it."""
        exec(self.get_code(module.__name__), module.__dict__)

    def get_code(self, name: str) -> CodeType:
        """Return a module, compiled."""
        return compile(self.get_source(name), self.get_filename(name), "exec", dont_inherit=True)

    def get_source(self, name: str) -> str:
        """Return a module's text."""
        return self._source(name)[1]

    def get_filename(self, name: str) -> str:
        """Return what tracebacks call the file.

        No file has this name, so that its lines are not read from one, and it is not in angle brackets, for which
        `linecache` asks no loader.
        """
        return f"{self._source(name)[0]} (carried by the program)"

    def is_package(self, name: str) -> bool:
        """Tell whether a module is a package."""
        return self._source(name)[0].endswith("/__init__.py")

    def _source(self, name: str) -> tuple[str, str]:
        try:
            return self._sources[name]
        except KeyError:
            raise ImportError(f"the program carries no module {name!r}", name=name) from None


def module_name(path: str) -> str:
    """Return the name of the module that a path stands for."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def install(files: dict[str, str]) -> None:
    """Make files importable, before anything of the same name on `sys.path`.

    What a start-up file of an environment has imported by these names is forgotten.
    """
    finder = CarriedFiles(files)
    sys.meta_path.insert(0, finder)
    for path in files:
        sys.modules.pop(module_name(path), None)
