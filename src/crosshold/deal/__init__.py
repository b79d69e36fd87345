"""Deals: plans of steps, the money they move, what they leave behind. Legal and tax words here are research data, not advice."""
