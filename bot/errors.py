"""Every way the bot says no, as a tree. The docstring of a class is its meaning; its text is for people."""

from datetime import datetime


class PlantaoError(Exception):
    """Base of all errors that the bot raises on purpose."""


# -- input that is wrong before anything starts ---


class InputError(PlantaoError):
    """What a person wrote cannot be used. Every problem is listed, each with how to mend it."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class SettingsError(InputError):
    """A setting in the environment or in .env is missing or malformed."""


class TeamError(InputError):
    """team.yaml cannot be used."""


class TemplateError(InputError):
    """A template is missing, malformed or uses a variable that does not exist."""


class MessageError(InputError):
    """A message or an alert file is not what any reader can read."""


# -- plans ---


class PlanError(PlantaoError):
    """No plan can be sealed from this runbook and these values."""


class ParameterMissing(PlanError):
    """A required parameter has no value: not in the alert, no default."""


class ParameterRefused(PlanError):
    """A value does not fit the parameter's type, pattern or range."""


class SecretMissing(PlantaoError):
    """A run needs a secret that the bot's environment does not have; set it and start the bot again."""


# -- decisions ---


class ApprovalError(PlantaoError):
    """This decision counts for nothing, and nothing runs."""


class NotAllowed(ApprovalError):
    """The person holds none of the roles that may decide this."""


class OwnRequest(ApprovalError):
    """The person who posted the alert or asked for the run may not approve it."""


class AlreadyDecided(ApprovalError):
    """It was approved, rejected or replaced before."""


class AlreadyCounted(ApprovalError):
    """This person's approval is counted already; another person's is needed."""


class ApprovalExpired(ApprovalError):
    """The proposal was open too long; ask for a fresh one."""


class PlanChanged(ApprovalError):
    """The runbook or a script is no longer what was shown; a fresh proposal is needed."""


class CoolingDown(ApprovalError):
    """The lock was worked on a moment ago and rests; `until` when."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"until {until:%H:%M} UTC")
        self.until = until


class Locked(ApprovalError):
    """Another run works on the same thing; its end has to be waited for."""


class StillChecking(ApprovalError):
    """The checks have not ended; there is nothing to decide on yet."""


class ObserveMode(ApprovalError):
    """MODE=observe: the bot proposes and never runs."""


class Gone(PlantaoError):
    """The card speaks of something that the store does not hold."""


# -- incidents ---


class IncidentError(PlantaoError):
    """This change of an incident is not made, and nothing has changed."""


class NoSuchIncident(IncidentError):
    """No incident has this number, or none was named and there is not just one that could be meant."""


class MoveNotAllowed(IncidentError):
    """The incident is not in a state from which it can come into this one."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class NothingToHold(IncidentError):
    """The incident has no postmortem that could be held: it is open, or nobody has asked for one."""


class NoSuchAction(IncidentError):
    """No action item has this number."""


class NoSuchDay(IncidentError):
    """The calendar does not have this day, as a person wrote it."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class NoSuchPerson(IncidentError):
    """Nobody in the team file is called what a person wrote."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class NoSuchPager(IncidentError):
    """The team file has no `page` that could be told."""


class NotOnTheTeam(PlantaoError):
    """Only people of the team may do this, and nothing has changed."""


# -- notes for the next shifts ---


class NoteError(PlantaoError):
    """No note is made or changed, and nothing has changed."""


class NoteEmpty(NoteError):
    """It says nothing that anybody could read."""


class NoteTooLong(NoteError):
    """It has more characters than a note may have. `length`: how many."""

    def __init__(self, length: int) -> None:
        super().__init__(str(length))
        self.length = length


class NoSuchNote(NoteError):
    """No note has this number."""


# -- being on call ---


class CoverError(PlantaoError):
    """Nobody covers for anybody because of this, and nothing has changed."""


class NoRota(CoverError):
    """The team file has no rota, so that nobody is on call."""


class CoverBackwards(CoverError):
    """It would end before it begins."""


class CoverPast(CoverError):
    """All of it has passed."""


class CoverBegun(CoverError):
    """It would have begun long ago: whoever says so means another time."""


class CoverTooLong(CoverError):
    """It is longer than anybody stands in for another; the rota is to be changed."""


class NotOnCallThen(CoverError):
    """The person is on call at no time of it. `start`, `end`: when they are next, if that is known."""

    def __init__(self, start: datetime | None, end: datetime | None) -> None:
        super().__init__(start, end)
        self.start = start
        self.end = end


class OwnCover(CoverError):
    """Nobody covers for themselves."""


class NobodyToAsk(CoverError):
    """The rota has nobody else."""


class CoverAskedAlready(CoverError):
    """The person has asked for a part of it already, and nobody has accepted yet."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NoSuchCover(CoverError):
    """No cover has this number."""


class NotAsked(CoverError):
    """Somebody else was asked, or has asked."""


class CoverTaken(CoverError):
    """Somebody, a Slack id, has accepted it already."""

    def __init__(self, by: str) -> None:
        super().__init__(by)
        self.by = by


class DeclinedAlready(CoverError):
    """The person has said no before."""


class CoverOver(CoverError):
    """It was taken back, or has passed."""


class NothingToCover(CoverError):
    """Whoever asked, a Slack id, is on call at no time of it any more: the rota has changed."""

    def __init__(self, absent: str) -> None:
        super().__init__(absent)
        self.absent = absent


# -- silences ---


class SilenceError(PlantaoError):
    """No silence is made or ended, and nothing has changed."""


class AlertOver(SilenceError):
    """The alert is over; there is nothing to silence."""


class AlertUnknown(SilenceError):
    """Alertmanager has no alert that is the one on the card."""


class SilenceUnknown(SilenceError):
    """Alertmanager has no silence of this id."""


class SilenceOver(SilenceError):
    """The silence is over already."""


class SilenceAmbiguous(SilenceError):
    """Several silences begin like this; write more of the id."""


class SilencesOff(SilenceError):
    """ALERTMANAGER_URL is not set."""


# -- the far side ---


class AlertmanagerError(PlantaoError):
    """Alertmanager did not do what it was asked to."""


class AlertmanagerUnavailable(AlertmanagerError):
    """It cannot be reached, gives no whole answer in time, or sends us elsewhere; nothing has changed there."""


class AlertmanagerRefused(AlertmanagerError):
    """It answers that it will not; nothing has changed there."""


class AlertmanagerReplyUnusable(AlertmanagerError):
    """It replied, and the reply is not what its API says."""


class AlertmanagerInDoubt(AlertmanagerError):
    """It was told to change something, and has not said whether it did."""


class CalendarError(PlantaoError):
    """The rota's calendar gives no shifts; what it said last goes on counting."""


class CalendarUnavailable(CalendarError):
    """It cannot be had: no such file, no connection, no whole answer in time, or one that says no."""


class CalendarUnusable(CalendarError):
    """What came is no calendar, or none that a rota can be made of."""


class WindowNotOpened(PlantaoError):
    """Slack did not open the modal; press the button once more."""


class ModelError(PlantaoError):
    """The language model gave no opinion; everything goes on without one."""


class ModelUnavailable(ModelError):
    """Nothing that can be asked stands where the model should be, or it answers with an error."""


class ModelSlow(ModelUnavailable):
    """It did not answer in time."""


class ModelMissing(ModelUnavailable):
    """The server does not have this model."""


class ModelKeyRefused(ModelUnavailable):
    """The provider does not take this key."""


class ModelBusy(ModelError):
    """It is answering others. That is no illness, and it is not asked again for the same alert."""


class ModelReplyUnusable(ModelError):
    """It replied, and the reply is not what was asked for."""


class NotDelivered(PlantaoError):
    """A mail, a page or a word to the status page was not taken; it is tried again."""


class DeliveryRefused(NotDelivered):
    """The far side will never take it, so it is not tried again: others wait behind it."""


class Overdue(PlantaoError):
    """A far side took too long for a whole exchange. `connected`: it may have heard something."""

    def __init__(self, seconds: float, *, connected: bool) -> None:
        super().__init__(f"no answer within {seconds:.3g} s")
        self.connected = connected


class StoreError(PlantaoError):
    """The database cannot be used."""


class StoreLocked(StoreError):
    """Another process of the bot holds this database."""


class StoreOutdated(StoreError):
    """The database was written by an older version of the bot, and nobody has brought it up to date yet."""


class StoreTooNew(StoreError):
    """The database was written by a newer version of the bot."""
