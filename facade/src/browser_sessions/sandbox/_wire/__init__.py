"""What each provider sends, a module each: its paths, statuses, units, and the bodies of its errors."""
