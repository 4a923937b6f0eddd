"""The Fund's tables, one module per subject."""

from plugins.solidarity_fund.models.levy import Fund, Levy, LevyPolicy, LevyReversal

__all__ = ["Fund", "Levy", "LevyPolicy", "LevyReversal"]
