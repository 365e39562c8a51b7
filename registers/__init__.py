"""The outside world: typed ports, HTTP clients behind them, and twins that behave like the real registers."""
