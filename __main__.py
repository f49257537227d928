"""The Pulumi program: settings, their plan, the platform, its outputs."""

import pulumi
import pulumi_aws as aws

from components.announcement import announce
from components.inference_platform import InferencePlatform, InferencePlatformArgs
from planning.plan import make_plan
from settings import SettingsError
from settings.pulumi_config import current


def main() -> None:
    """Build the stack's platform, or refuse settings that cannot work before anything is registered."""
    try:
        config = current()
        plan = make_plan(config.settings)
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None
    announce(pulumi.get_stack(), config, plan)
    caller = aws.get_caller_identity_output()
    # A session's own ARN cannot enter a cluster; the role or user behind it can.
    principal = aws.iam.get_session_context_output(arn=caller.arn).issuer_arn
    args = InferencePlatformArgs(
        settings=config.settings,
        plan=plan,
        region=config.region,
        account_id=caller.account_id,
        caller_arn=principal,
        hf_token=pulumi.Config().get_secret("hfToken"),
    )
    platform = InferencePlatform(config.settings.cluster.name, args)
    for name, value in platform.outputs().items():
        pulumi.export(name, value)


if __name__ == "__main__":
    main()
