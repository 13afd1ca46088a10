"""The chat in real browsers: Chromium, Firefox and WebKit, with a council page on another site."""
