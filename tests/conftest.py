"""Plugins of pytest that some folder needs: pytest wants them named at the top."""

from __future__ import annotations

pytest_plugins = ["pytester"]
