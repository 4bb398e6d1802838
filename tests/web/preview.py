"""The pages with sample data and nothing behind them, to look at and to test.

python tests/web/preview.py [PORT]      then open /preview
"""

import sys
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import qrcode
import qrcode.image.svg
from flask import Flask, Response, render_template, request

from incentive.core import clock, i18n
from incentive.core.paths import static_dir
from incentive.web import pages, rendering
from tests.web import samples


def create_app(translations: str | None = None) -> Flask:
    """Return an application of pages alone, at /preview/<page>?as=<role>."""
    app = Flask(__name__, static_folder=static_dir(), static_url_path="/static")
    app.config.update(
        SETTINGS=SimpleNamespace(timezone="Asia/Shanghai", public_url=None),
        SECRET_KEY="preview",
        TEMPLATES_AUTO_RELOAD=True,
    )
    if translations:
        app.config["BABEL_TRANSLATION_DIRECTORIES"] = translations
    i18n.init_app(app)
    rendering.init_app(app)
    app.register_blueprint(pages.bp)
    app.context_processor(lambda: {"viewer": samples.viewer(request.path)})

    @app.get("/preview")
    def index() -> str:
        return "".join(f'<p><a href="/preview/{name}">{name}</a>' for name in samples.PAGES)

    @app.get("/preview/<name>")
    def page(name: str) -> str:
        template, context = samples.PAGES[name]
        return render_template(template, **context())

    @app.get("/preview/qr/<text>.svg")
    def qr(text: str) -> Response:
        image: Any = qrcode.make(
            f"https://incentive.example/s/{text}", image_factory=qrcode.image.svg.SvgPathImage
        )
        return Response(image.to_string(), mimetype="image/svg+xml")

    @app.get("/shifts/<shift_id>/counts")
    def counts(shift_id: str) -> str:
        return render_template("web/_shift_counts.html", counts=samples.COUNTS)

    @app.get("/preview/code.json")
    def step() -> dict[str, str]:
        now = clock.now()
        ends = now.timestamp() // 30 * 30 + 30
        text = f"S4KM-{int(ends) // 30 % 10000:04d}"
        expires = datetime.fromtimestamp(ends, UTC)
        return {
            "code": text,
            "text": text,
            "now": now.isoformat(),
            "expires_at": expires.isoformat(),
        }

    @app.after_request
    def strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:; "
            "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
        )
        return response

    return app


if __name__ == "__main__":
    create_app(sys.argv[2] if len(sys.argv) > 2 else None).run(
        port=int(sys.argv[1]) if len(sys.argv) > 1 else 5080
    )
