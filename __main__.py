"""The Pulumi program: settings, their plan, the platform, its outputs."""

import pulumi
import pulumi_aws as aws

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
    caller = aws.get_caller_identity_output()
    args = InferencePlatformArgs(
        settings=config.settings,
        plan=plan,
        region=config.region,
        account_id=caller.account_id,
        caller_arn=caller.arn,
        hf_token=pulumi.Config().get_secret("hfToken"),
    )
    platform = InferencePlatform(config.settings.cluster.name, args)
    for name, value in platform.outputs().items():
        pulumi.export(name, value)


if __name__ == "__main__":
    main()
