"""The words: shares, entities, statements, sources, registers, snapshots. No law, no files, no deals."""
