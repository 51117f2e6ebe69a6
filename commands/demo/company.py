"""The company: its units, employees, absences and substitutes."""

from datetime import date, datetime, timedelta
from itertools import chain
from random import Random
from typing import NamedTuple

from commands.demo.journal import Journal
from commands.demo.story import (
    CAST,
    DEPARTURE,
    LEAVER,
    MOVED,
    MOVED_AT,
    MOVED_FROM,
    MOVED_TO,
    SUMMER,
)
from commands.demo.workdays import END, MOSCOW, OPENING, is_working, on_day


class Unit(NamedTuple):
    """A unit of the company; `since` is the date on which it was founded."""

    id: str
    name: str
    kind: str
    parent: str | None
    manager: str
    since: str


class Employee(NamedTuple):
    """An employee as hired."""

    id: str
    name: str
    unit: str
    position: str
    hired: str


class Absence(NamedTuple):
    """An absence; both days are included."""

    employee: str
    first: date
    last: date
    substitute: str | None
    reason: str


UNITS = (
    Unit("CO", "АО «Складские решения»", "company", None, "E-01", "2018-02-01"),
    Unit("MSK", "Москва", "branch", "CO", "E-02", "2018-02-01"),
    Unit("MSK-1", "Москва, первая группа продаж", "team", "MSK", "E-03", "2018-02-01"),
    Unit("MSK-2", "Москва, вторая группа продаж", "team", "MSK", "E-04", "2019-04-01"),
    Unit("MSK-SVC", "Москва, сервисный отдел", "department", "MSK", "E-31", "2018-09-03"),
    Unit("KZN", "Казань", "branch", "CO", "E-05", "2020-03-02"),
    Unit("KZN-1", "Казань, первая группа продаж", "team", "KZN", "E-05", "2020-03-02"),
    Unit("KZN-2", "Казань, вторая группа продаж", "team", "KZN", "E-25", "2021-09-01"),
    Unit("KZN-SVC", "Казань, сервисный отдел", "department", "KZN", "E-34", "2020-03-02"),
)
MANAGER = {unit.id: unit.manager for unit in UNITS}
SELLER, _ENGINEER = "менеджер по продажам", "сервисный инженер"
STAFF = (
    Employee("E-01", "Громов Андрей Павлович", "CO", "генеральный директор", "2018-02-01"),
    Employee("E-02", "Лебедева Ольга Николаевна", "MSK", "директор филиала", "2018-02-01"),
    Employee("E-03", "Орлов Дмитрий Юрьевич", "MSK-1", "руководитель группы", "2018-02-01"),
    Employee("E-04", "Тимофеева Светлана Ильинична", "MSK-2", "руководитель группы", "2019-04-01"),
    Employee("E-05", "Гарипов Ильдар Маратович", "KZN", "директор филиала", "2020-03-02"),
    Employee("E-06", "Соловьёв Пётр Алексеевич", "MSK-1", SELLER, "2018-05-14"),
    Employee("E-07", "Иванова Марина Сергеевна", "MSK-1", SELLER, "2018-09-03"),
    Employee("E-08", "Беляев Роман Олегович", "MSK-1", SELLER, "2020-02-10"),
    Employee("E-09", "Королёва Анна Дмитриевна", "MSK-1", SELLER, "2021-06-01"),
    Employee("E-10", "Щербаков Никита Андреевич", "MSK-1", SELLER, "2023-08-21"),
    Employee("E-11", "Кузнецов Алексей Викторович", "MSK-2", SELLER, "2019-04-15"),
    Employee("E-12", "Фёдорова Алёна Игоревна", "MSK-2", SELLER, "2020-11-09"),
    Employee("E-13", "Зайцев Максим Романович", "MSK-2", SELLER, "2021-03-15"),
    Employee("E-14", "Цветкова Юлия Павловна", "MSK-2", SELLER, "2022-10-03"),
    Employee("E-15", "Семёнов Артём Денисович", "MSK-2", SELLER, "2024-02-12"),
    Employee("E-16", "Хайруллин Тимур Рустамович", "KZN-1", SELLER, "2020-03-16"),
    Employee("E-17", "Сафина Лилия Фаритовна", "KZN-1", SELLER, "2020-08-03"),
    Employee("E-18", "Иванова Марина Андреевна", "KZN-1", SELLER, "2022-01-17"),
    Employee("E-19", "Воробьёв Семён Ильич", "KZN-1", SELLER, "2023-05-15"),
    Employee("E-20", "Закирова Алсу Наилевна", "KZN-2", SELLER, "2021-09-13"),
    Employee("E-21", "Кузнецов Алексей Викторович", "KZN-2", SELLER, "2022-06-06"),
    Employee("E-22", "Галеев Марат Ильдусович", "KZN-2", SELLER, "2024-04-01"),
    Employee("E-23", "Ершов Глеб Станиславович", "MSK-1", SELLER, "2025-03-03"),
    Employee("E-24", "Пономарёва Дарья Львовна", "KZN-2", SELLER, "2025-06-16"),
    Employee("E-25", "Хасанова Гузель Ринатовна", "KZN-2", "руководитель группы", "2021-09-01"),
    Employee("E-26", "Муравьёв Кирилл Евгеньевич", "MSK-1", SELLER, "2025-10-06"),
    Employee("E-31", "Крылов Степан Фёдорович", "MSK-SVC", "начальник отдела", "2018-09-03"),
    Employee("E-32", "Жуков Илья Борисович", "MSK-SVC", _ENGINEER, "2019-10-21"),
    Employee("E-33", "Рябова Ксения Антоновна", "MSK-SVC", _ENGINEER, "2022-02-28"),
    Employee("E-34", "Валеев Рашид Камилевич", "KZN-SVC", "начальник отдела", "2020-03-02"),
    Employee("E-35", "Носов Егор Матвеевич", "KZN-SVC", _ENGINEER, "2021-05-11"),
    Employee("E-36", "Ахметова Диляра Айратовна", "KZN-SVC", _ENGINEER, "2023-11-13"),
)
_BY_ID = {employee.id: employee for employee in STAFF}
_HIRED_AT = {
    employee.id: datetime.fromisoformat(employee.hired).replace(hour=9, tzinfo=MOSCOW)
    for employee in STAFF
}
_LEAVE_MONDAYS = tuple(date(2025, 2, 3) + timedelta(weeks=week) for week in range(46))


class Company:
    """Where each employee works at a time, and who is away."""

    def __init__(self, rng: Random) -> None:
        self.absences: dict[str, list[Absence]] = {employee.id: [] for employee in STAFF}
        for employee in STAFF:
            if employee.position in (SELLER, _ENGINEER):
                self._plan_absences(rng, employee)

    def unit(self, who: str, at: datetime) -> str:
        """The unit of an employee at a time."""
        return MOVED_TO if who == MOVED and at >= MOVED_AT else _BY_ID[who].unit

    def branch(self, who: str, at: datetime) -> str:
        """The branch (MSK or KZN) of an employee at a time."""
        return self.unit(who, at)[:3]

    def manager(self, who: str, at: datetime) -> str:
        """The manager of an employee's unit at a time."""
        return MANAGER[self.unit(who, at)]

    def employed(self, who: str, at: datetime) -> bool:
        """Whether an employee has been hired and has not left."""
        return _HIRED_AT[who] <= at and not (who == LEAVER and at >= DEPARTURE)

    def present(self, who: str, at: datetime) -> bool:
        """Whether an employee is employed and not away."""
        return self.employed(who, at) and self._away(who, at.date()) is None

    def stand_in(self, who: str, at: datetime) -> str:
        """Who acts for an employee at a time: they, else their substitute, else their manager."""
        if self.present(who, at):
            return who
        absence = self._away(who, at.date())
        if absence and absence.substitute and self.present(absence.substitute, at):
            return absence.substitute
        return self.manager(who, at)

    def sellers(self, unit: str, at: datetime) -> list[str]:
        """The sellers of a unit or branch who are present at a time; "" means all units."""
        return self._members(unit, SELLER, at)

    def engineers(self, unit: str, at: datetime) -> list[str]:
        """The engineers of a service department present at a time, or else its manager."""
        return self._members(unit, _ENGINEER, at) or [MANAGER[unit]]

    def announce(self, rng: Random, journal: Journal) -> None:
        """Record the units, hirings, the move and the absences; `departure` has the departure."""
        for unit in UNITS:
            data = unit._asdict() | {"unit": unit.id, "id": None, "since": None}
            journal.record("org_unit.defined", unit.since, data)
        for person in STAFF:
            hired = person._asdict() | {"employee": person.id, "id": None, "hired": None}
            journal.record("employee.hired", person.hired, hired)
        moved = {"employee": MOVED, "from_unit": MOVED_FROM, "to_unit": MOVED_TO}
        journal.record("employee.moved", MOVED_AT, moved)
        for absence in chain.from_iterable(self.absences.values()):
            data = absence._asdict() | {"first": None, "last": None}
            data |= {"first_day": absence.first, "last_day": absence.last}
            journal.record("absence.recorded", _known(rng, absence), data)

    def _members(self, unit: str, position: str, at: datetime) -> list[str]:
        return [
            employee.id
            for employee in STAFF
            if employee.position == position
            and self.unit(employee.id, at).startswith(unit)
            and self.present(employee.id, at)
        ]

    def _away(self, who: str, day: date) -> Absence | None:
        return next((a for a in self.absences[who] if a.first <= day <= a.last), None)

    def _plan_absences(self, rng: Random, employee: Employee) -> None:
        first, second = sorted(rng.sample(range(0, 46, 3), 2))
        planned = [(_LEAVE_MONDAYS[week], 13, "отпуск") for week in (first, second)]
        if rng.random() < 0.6:
            ill = _LEAVE_MONDAYS[second - 1] + timedelta(days=rng.randrange(3))
            planned.append((ill, rng.randint(2, 4), "болезнь"))
        for day, length, reason in planned:
            start = datetime.combine(day, OPENING.timetz())
            last = day + timedelta(days=length)
            ready = start - timedelta(days=90)
            if not self.employed(employee.id, ready) or last >= END.date():
                continue
            if employee.id in CAST and not SUMMER[0] <= day <= last <= SUMMER[1]:
                continue
            unit = self.unit(employee.id, start)
            others = [e for e in self._members(unit, employee.position, start) if e != employee.id]
            substitute = rng.choice(others) if others else None
            absence = Absence(employee.id, day, last, substitute, reason)
            self.absences[employee.id].append(absence)


def _known(rng: Random, absence: Absence) -> datetime:
    if absence.reason == "болезнь":
        return datetime.combine(absence.first, OPENING.timetz())
    day = absence.first - timedelta(days=14)
    while not is_working(day):
        day -= timedelta(days=1)
    return on_day(rng, day)
