"""WAF, CloudFront, certificates and DNS."""

from collections.abc import Mapping
from typing import Any

from rehearsal.cloud.spec import ResourceSpec, Template

WEB_ACL = "aws:wafv2/webAcl:WebAcl"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
CERTIFICATE = "aws:acm/certificate:Certificate"
ZONE = "aws:route53/zone:Zone"
_WAF_ARN = "arn:{partition}:wafv2:{region}:{account}"


def _waf_arn(kind: str) -> Template:
    def render(form: Mapping[str, Any]) -> str:
        area = "global" if form["scope"] == "CLOUDFRONT" else "regional"
        return f"{_WAF_ARN}:{area}/{kind}/{{name}}/{{id}}".format_map(form)

    return render


def _validation_options(form: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the DNS record that proves each name; a wildcard shares that of its parent."""
    if form.get("validationMethod") != "DNS":
        return []
    names = dict.fromkeys([form["domainName"], *(form.get("subjectAlternativeNames") or ())])
    proofs = {name.removeprefix("*."): (form["hex32"], form["hex32"]) for name in names}
    return [_validation(name, *proofs[name.removeprefix("*.")]) for name in names]


def _validation(name: str, owner: str, value: str) -> dict[str, str]:
    return {
        "domainName": name,
        "resourceRecordName": f"_{owner}.{name.removeprefix('*.')}.",
        "resourceRecordType": "CNAME",
        "resourceRecordValue": f"_{value}.acm-validations.aws.",
    }


def _name_servers(form: Mapping[str, Any]) -> list[str]:
    del form
    return [
        f"ns-{number}.awsdns-{number:02}.{end}" for number, end in enumerate(("com", "net", "org", "co.uk"))
    ]


def _cdn_policy(kind: str) -> ResourceSpec:
    return ResourceSpec(
        id="{uuid}",
        arn="arn:{partition}:cloudfront::{account}:" + kind + "/{id}",
        regional=False,
        tagged=False,
        outputs={"etag": "E{upper13}"},
        replace_on=("name",),
        named_by="name",
        name_limit=128,
        unique=("name",),
    )


SPECS: Mapping[str, ResourceSpec] = {
    WEB_ACL: ResourceSpec(
        id="{uuid}",
        arn=_waf_arn("webacl"),
        outputs={
            "applicationIntegrationUrl": "",
            "capacity": lambda form: len(form.get("rules") or ()),
            "lockToken": "{uuid}",
        },
        renewed=("lockToken",),
        replace_on=("name", "namePrefix", "scope"),
        named_by="name",
        name_limit=128,
        unique=("name", "scope"),
    ),
    "aws:wafv2/ipSet:IpSet": ResourceSpec(
        id="{uuid}",
        arn=_waf_arn("ipset"),
        outputs={"lockToken": "{uuid}"},
        renewed=("lockToken",),
        replace_on=("ipAddressVersion", "name", "namePrefix", "scope"),
        named_by="name",
        name_limit=128,
        unique=("name", "scope"),
    ),
    "aws:wafv2/webAclAssociation:WebAclAssociation": ResourceSpec(
        id="{webAclArn},{resourceArn}",
        tagged=False,
        replace_on=("resourceArn", "webAclArn"),
        unique=("resourceArn",),
    ),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": ResourceSpec(
        id="{resourceArn}", tagged=False, replace_on=("resourceArn",), unique=("resourceArn",)
    ),
    DISTRIBUTION: ResourceSpec(
        id="E{upper13}",
        arn="arn:{partition}:cloudfront::{account}:distribution/{id}",
        regional=False,
        outputs={
            "callerReference": "terraform-{hex12}",
            "domainName": "d{hex12}.cloudfront.net",
            "etag": "E{upper13}",
            "hostedZoneId": "Z2FDTNDATAQYW2",
            "inProgressValidationBatches": 0,
            "lastModifiedTime": "{now}",
            "loggingV1Enabled": False,
            "status": "Deployed",
            "trustedKeyGroups": [],
            "trustedSigners": [],
        },
        defaults={
            "httpVersion": "http2",
            "priceClass": "PriceClass_All",
            "retainOnDelete": False,
            "staging": False,
            "waitForDeployment": True,
        },
        renewed=("etag", "lastModifiedTime"),
        replace_on=("staging",),
    ),
    "aws:cloudfront/originAccessControl:OriginAccessControl": _cdn_policy("origin-access-control"),
    "aws:cloudfront/cachePolicy:CachePolicy": _cdn_policy("cache-policy"),
    "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": _cdn_policy("origin-request-policy"),
    CERTIFICATE: ResourceSpec(
        id="{arn}",
        arn="arn:{partition}:acm:{region}:{account}:certificate/{uuid}",
        outputs={
            "domainValidationOptions": _validation_options,
            "keyAlgorithm": "RSA_2048",
            "notAfter": "",
            "notBefore": "",
            "pendingRenewal": False,
            "renewalEligibility": "INELIGIBLE",
            "renewalSummaries": [],
            "status": "PENDING_VALIDATION",
            "subjectAlternativeNames": lambda form: [form["domainName"]],
            "type": "AMAZON_ISSUED",
            "validationEmails": [],
        },
        secrets=("privateKey",),
        replace_on=(
            "certificateAuthorityArn",
            "domainName",
            "keyAlgorithm",
            "subjectAlternativeNames",
            "validationMethod",
            "validationOptions",
        ),
    ),
    "aws:acm/certificateValidation:CertificateValidation": ResourceSpec(
        id="{now}-{hex6}",
        tagged=False,
        replace_on=("certificateArn", "validationRecordFqdns"),
    ),
    ZONE: ResourceSpec(
        id="Z{upper17}",
        arn="arn:{partition}:route53:::hostedzone/{id}",
        regional=False,
        outputs={"nameServers": _name_servers, "primaryNameServer": "ns-0.awsdns-00.com", "zoneId": "{id}"},
        defaults={"comment": "Managed by Pulumi", "forceDestroy": False},
        replace_on=("delegationSetId", "name"),
        named_by="name",
    ),
    "aws:route53/record:Record": ResourceSpec(
        id="{zoneId}_{name}_{type}_{setIdentifier}",
        regional=False,
        tagged=False,
        outputs={"fqdn": "{name}", "setIdentifier": ""},
        references={"zoneId": ZONE},
        replace_on=("name", "zoneId"),
        unique=("zoneId", "name", "type", "setIdentifier"),
    ),
}
