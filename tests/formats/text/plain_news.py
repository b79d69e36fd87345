"""Two hundred invented sentences about prices, results, weather, sport, market shares: none of them says who holds whom."""

from __future__ import annotations

_NAMES = ("Aurel", "Borealis", "Halden", "Delta Bank", "Kestrel", "Ibis Capital")
_PATTERNS = (
    "{A} shares {fell} {n} percent {day}.",
    "{A} stock closed at {m} yen, {n} percent {below} its opening price.",
    "Profit at {A} {fell} {n} percent to {m} million euros in the third quarter.",
    "{A} reported a margin of {n} percent, up from {k} percent a year earlier.",
    "{A} has a {n} percent share of the truck market, while {B} has {k} percent.",
    "{A} holds {n} percent of the European market for tyres.",
    "{A} leads {B} by {n} percentage points in the polls of buyers.",
    "It will rain on {n} percent of days in {B}.",
    "Rovers beat City {g} after holding {n} percent of possession.",
    "{A} cut {n} percent of its workforce, or {m} jobs.",
    "{A} raised prices by {n} percent in March.",
    "{A} plans to cut costs by {n} percent by 2022.",
    "{A} lifted its profit forecast to {m} million euros from {k} million.",
    "{A} will invest {m} million euros in a plant near {B}'s headquarters.",
    "Turnout at the election was {n} percent, the government said.",
    "About {n} percent of {A}'s workers belong to a union.",
    "{A} sold {m} cars in May, {n} percent more than a year ago.",
    "{A} and {B} will jointly build {m} vans a year.",
    "{A} holds its annual meeting on Thursday.",
    "{A} owns {m} shops in the region.",
    "The central bank raised interest rates to {n} percent.",
    "More than {n} percent of {A}'s sales come from {B}'s home market.",
    "{A} bonds yield {n} percent.",
    "{A} increased its dividend by {n} percent to {g} euros a share.",
    "{A} controls costs better than {B}, analysts said.",
    "{A}'s chief executive said the company would open {k} shops.",
    "The index rose {n} percent, led by {A} and {B}.",
    "{A} bought {m} tonnes of steel from {B}.",
    "{A} built {n} percent of its engines in Spain.",
    "Unemployment fell to {n} percent in {day2}.",
    "{A} expects sales to grow by {n} percent this year.",
    "{A} has {m} employees, of whom {n} percent work abroad.",
    "{A} gave {B} a {n} percent discount.",
    "{A} recalled {n} percent of the trucks it sold in 2018.",
    "Some {n} percent of drivers prefer {A} to {B}, a survey showed.",
    "{A} took {n} percent of the votes cast at the meeting for its proposal.",
    "{A} won the backing of {n} percent of creditors.",
    "The forward made {n} percent of his passes and scored twice.",
    "{A} paid {m} million euros in taxes, a rate of {n} percent.",
    "A fifth of {A}'s plants were closed by the storm.",
    "Half of {A}'s customers also buy from {B}.",
    "{A} reduced its debt to {m} million euros in 2019.",
    "{A} keeps {n} percent of its cash in dollars.",
    "{A} has stakes to play for when it meets {B}.",
    "{A} share prices lost a quarter of their value.",
    "{A} holds {m} patents, a third of them in Japan.",
    "{A} wants to sell {n} percent of its vans online by 2025.",
    "{A} buys half of its chips from {B}.",
    "{A}'s market value fell below {m} billion yen.",
    "Analysts at {B} cut their price target on {A} by {n} percent.",
)


def _text(number: int) -> str:
    round_, place = divmod(number, len(_PATTERNS))
    first = _NAMES[(place + round_) % 6]
    return _PATTERNS[place].format(
        A=first,
        B=_NAMES[(place + round_ + 1 + place % 4) % 6],
        n=(5, 12.5, 38, 51, 3, 66.4, 20)[(place + 3 * round_) % 7],
        k=(4, 9, 11)[(place + round_) % 3],
        m=(120, 3400, 75, 18)[(place + round_) % 4],
        g=("2-1", "1.20", "3.05", "0-0")[round_],
        fell=("fell", "rose", "slumped", "jumped")[round_],
        day=("on Monday", "last year", "yesterday", "in May")[round_],
        below=("below", "above")[round_ % 2],
        day2=("April", "June", "March", "July")[round_],
    )


TEXTS = tuple(_text(number) for number in range(4 * len(_PATTERNS)))
