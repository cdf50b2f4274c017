"""Slots, house ads, network ads."""
