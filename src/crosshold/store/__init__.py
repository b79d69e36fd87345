"""Where a Register lives: Parquet parts with a manifest (durable), and what is built from them."""
