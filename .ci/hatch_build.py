"""What hatchling calls when our wheel or source archive is made: the phone app comes with it, already built."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

APP = "fieldsync/web/dist"


class PhoneApp(BuildHookInterface):  # type: ignore[misc,type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Nothing for an editable installation, which serves what lies in the folder. A source archive has it built."""
        if version == "editable":
            return
        if not Path(self.root, "PKG-INFO").exists():
            sys.path.insert(0, str(Path(__file__).parent))
            import phone_app

            if phone_app.main([]) != 0:
                raise SystemExit(1)
        build_data["force_include"][str(Path(self.root, APP))] = APP
