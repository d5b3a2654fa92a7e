"""What stands in these beside the tests tells as much when it fails as the tests do."""

import pytest

pytest.register_assert_rewrite("tests.browser.afternoon", "tests.browser.received")
