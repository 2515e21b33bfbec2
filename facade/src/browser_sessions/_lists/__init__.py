"""How each provider lists its sessions: a module each, named after it, with a function `sources`."""
