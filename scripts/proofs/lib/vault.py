"""What an operator would put into the vault of a site: texts that go wrong wherever one is not quoted as it must be."""

import base64
import datetime
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lib.site import Site, read

# What shells, Compose, YAML, Jinja and files of variables read as something else.
AWKWARD = "$x ${y} $$ 'q' \"d\" \\ \\n # {{ b }} {% c %} %s é"
CERTIFICATES = "balancer/"  # how secrets begin that are certificates of web hosts


def secrets(site: Site) -> dict[str, dict[str, str]]:
    """A text for every key that secrets.required.yaml asks for."""
    required = read(site.folder / "secrets.required.yaml")["vault_secrets"] or {}
    as_base64 = encoded(site)
    return {
        secret: {key: _text(secret, key, (secret, key) in as_base64) for key in keys or {}}
        for secret, keys in sorted(required.items())
    }


def encoded(site: Site) -> set[tuple[str, str]]:
    """The secrets and keys whose texts in the vault are the base64 of what they hold."""
    rows = [row for host in site.hosts for row in host.plan["host_secrets"]]
    return {(row["secret"], row["key"]) for row in rows if "encoding" in row}


def _text(secret: str, key: str, is_encoded: bool) -> str:
    if secret.startswith(CERTIFICATES):
        return certificate(secret.removeprefix(CERTIFICATES))
    if is_encoded:
        return base64.b64encode(f"{secret} {key} {AWKWARD}".encode() + bytes(range(256))).decode()
    return f"{secret} {key} {AWKWARD}"


def certificate(host: str) -> str:
    """A certificate of a web host that nobody trusts, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(start).not_valid_after(start + datetime.timedelta(days=36500))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    signed = builder.sign(key, hashes.SHA256())
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return (signed.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form)).decode()


def document(vault: dict[str, dict[str, str]]) -> str:
    """The vault as YAML for Ansible, whose braces are those of the texts."""
    lines = ["vault_secrets:"]
    for secret, keys in vault.items():
        lines.append(f"  {json.dumps(secret)}:")
        lines += [f"    {json.dumps(key)}: !unsafe {json.dumps(text)}" for key, text in keys.items()]
    return "\n".join(lines) + "\n" if vault else "vault_secrets: {}\n"
