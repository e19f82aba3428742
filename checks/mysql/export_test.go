package mysql

// These are the guard's judgements of a packet: the server's greeting, a later
// packet of the login, the first packet of a result.
var (
	SoundGreeting = soundGreeting
	SoundReply    = soundReply
	SoundResult   = soundResult
)
