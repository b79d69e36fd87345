"""Bundled stories, each a folder a user could have written: ``case.yaml`` and its plans."""
