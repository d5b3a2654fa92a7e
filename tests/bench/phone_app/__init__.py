"""The phone app in a real browser, slowed down four times, beside the web form of a peer."""
