"""Facts as tables: versions, instance types, prices, each with its source and date."""
