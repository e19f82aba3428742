// Package notify tells the service manager about this process: systemd's
// sd_notify, a datagram to the socket in $NOTIFY_SOCKET.
//
//	manager, err := notify.Find(takeVariable)
//	err = manager.Tell(notify.Ready, notify.Status("9 of 9 passed"))
//
// Without a service manager nothing happens. The package decides neither when
// nor what to tell.
package notify
