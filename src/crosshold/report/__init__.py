"""Results into sentences, tables, pictures and files. Nothing here computes a holding, a vote or a price."""
