"""`python -m browser_sessions` is the command `browser-sessions`."""

from browser_sessions.cli import main

if __name__ == "__main__":
    main()
