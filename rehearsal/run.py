"""Runs a whole rehearsal: from the toolchain to the report."""

from planning.plan import make_plan
from rehearsal.control_plane import ControlPlane
from rehearsal.narrator import Narrator
from rehearsal.options import Options
from rehearsal.plugins import chosen_providers
from rehearsal.program import user_program
from rehearsal.rehearse import Rehearsal, baseline_of
from rehearsal.report.model import Report
from rehearsal.scenarios.library import find
from rehearsal.scenarios.play import ScenarioRehearsal
from rehearsal.scenarios.prepare import Prepared, prepare
from rehearsal.stage import set_stage
from rehearsal.toolchain import Progress, ensure
from settings import StackConfig, from_values, read_stack
from settings.loader import raw_config


def read_config(options: Options) -> StackConfig:
    """Check the stack's settings, as `make check` does; raise `SettingsError` before anything is started."""
    if options.scenario is not None:
        return prepared(options).config
    config = (
        read_stack(options.project, options.stack) if options.config is None else from_values(options.config)
    )
    make_plan(config.settings)
    return config


def prepared(options: Options) -> Prepared:
    """Make the options' scenario ready for their stack; raise `SettingsError` where it cannot be played."""
    values = options.config if options.config is not None else raw_config(options.project, options.stack)
    return prepare(find(options.scenario or ""), values)


def _needs_rabbitmq(options: Options) -> bool:
    return options.scenario is not None and prepared(options).queue is not None


def run(options: Options, narrator: Narrator, progress: Progress) -> Report:
    """Rehearse and return the report. The control plane is gone afterwards, unless `keep` is asked for.

    Raises `SettingsError` for settings that cannot work, ToolchainError or ControlPlaneError where the
    machine cannot rehearse.
    """
    config = read_config(options)
    minor = config.settings.cluster.kubernetes_version
    toolchain = ensure(minor, root=options.root, progress=progress, scenarios=_needs_rabbitmq(options))
    report = Report(
        stack=options.stack,
        kubernetes=toolchain.kubernetes,
        providers=chosen_providers(options.providers).value,
    )
    program = options.program or user_program(options.project)
    if options.scenario is None:
        rehearsal = Rehearsal(
            options=options, config=config, plan=make_plan(config.settings), report=report, narrator=narrator
        )
    else:
        rehearsal = ScenarioRehearsal.of(prepared(options), options, report, narrator, toolchain.rabbitmq)
        program = rehearsal.program(program)
        options = rehearsal.options
    with rehearsal.phase("control plane") as said:
        plane = ControlPlane.start(
            toolchain, name=options.stack, root=options.root, crds=toolchain.crds, flags=rehearsal.flags
        )
        said.append(f"Kubernetes {toolchain.kubernetes}, {len(toolchain.crds)} files of CRDs")
    try:
        baseline = baseline_of(plane)
        with set_stage(options, config, toolchain, plane, program) as stage:
            rehearsal.play(stage, baseline)
        if options.keep:
            plane.keep()
            narrator.note(f"export KUBECONFIG={plane.kubeconfig}")
    finally:
        if not options.keep:
            plane.stop()
    return report
