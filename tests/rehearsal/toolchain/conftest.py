"""A machine with nothing on its PATH but a Go that builds programs in no time."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from catalog.crds import CRD_SOURCES
from rehearsal.toolchain.layout import Layout
from rehearsal.toolchain.recipes import Recipe, plan_for

_CRD = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {}\n"

# Built-ins and full paths only: PATH holds no other program.
_GO = """#!/bin/sh
printf '%s\\n' "$*" >> "{calls}"
case "$1 $2" in
"version ") printf 'go version {version} linux/amd64\\n'; exit ;;
"mod download") printf '{{"Dir": "{modules}", "GoMod": "{modules}/go.mod"}}\\n'; exit ;;
"mod edit") printf '%s\\n' '{manifest}'; exit ;;
esac
{before_build}
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\nwhile read -r line; do printf "%%s \\\\n" "$line"; done < "{says}"; exit\\n' > "$2"
# What Go itself writes into a program.
printf 'path\\tx\\nmod\\tgithub.com/kedacore/keda/v2\\tv2.21.0\\th1:x=\\n' >> "$2"
{after_build}
exec /bin/chmod 755 "$2"
"""


@dataclass
class Machine:
    """Everything a test may change about the machine, and the paths it looks at."""

    root: Path
    bin: Path
    modules: Path
    says: Path
    calls: Path

    @property
    def layout(self) -> Layout:
        return Layout(self.root)

    def recipes(self, minor: str = "1.36") -> dict[str, Recipe]:
        plan = plan_for(minor, self.layout)
        return {recipe.tool.name: recipe for recipe in (plan.pulumi, *plan.programs)}

    def install_go(self, version: str = "go1.99.0", before_build: str = ":", after_build: str = ":") -> None:
        manifest = {"Replace": [{"Old": {"Path": "k8s.io/api"}, "New": {"Path": "./staging/src/k8s.io/api"}}]}
        text = _GO.format(
            calls=self.calls,
            version=version,
            modules=self.modules,
            manifest=json.dumps(manifest),
            before_build=before_build,
            after_build=after_build,
            says=self.says,
        )
        self.install("go", text)

    def install(self, name: str, text: str) -> Path:
        program = self.bin / name
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)
        return program

    def builds(self) -> list[str]:
        """Names of the programs that Go was asked to build, in order."""
        lines = self.calls.read_text(encoding="utf-8").splitlines() if self.calls.exists() else []
        outputs = [line.split(" -o ")[1].split()[0] for line in lines if line.startswith("build ")]
        return [Path(output).name.split(".")[0] for output in outputs]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(
        root=tmp_path / "root",
        bin=tmp_path / "bin",
        modules=tmp_path / "modules",
        says=tmp_path / "says",
        calls=tmp_path / "calls",
    )
    made.bin.mkdir()
    made.root.mkdir()
    for source in CRD_SOURCES:
        for pattern in source.globs:
            file = made.modules / pattern.replace("[!v]*", "x").replace("*", "x")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_CRD, encoding="utf-8")
    texts = {recipe.version_text for minor in ("1.35", "1.36") for recipe in made.recipes(minor).values()}
    made.says.write_text("\n".join(sorted(texts)) + "\n", encoding="utf-8")
    monkeypatch.setenv("PATH", str(made.bin))
    made.install_go()
    return made
