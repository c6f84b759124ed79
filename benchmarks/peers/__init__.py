"""The same month by other means: what a good analyst would write, to measure the pipeline against.

`in_pandas.py` and `in_polars.py` read the same feed files and reference files as the pipeline, by
the same rules, and come to the same charges and the same position to the penny. They keep the
records landed, with what is wrong with them, as Parquet, and the charges and position too. What
they leave out makes them quicker, not slower: they store no history and no hashes, check the files
themselves for no more than the trailer's count, work out no warnings and no forecast, and pass no
gates. They read `nwcs` alone, attribute on the date of admission, and know no freeze.
"""
