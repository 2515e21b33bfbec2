"""What each provider sends, a module each: its paths, its words, its units, and the bodies of its errors."""
