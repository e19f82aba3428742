package state

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
)

const keyName = "fingerprint.key"

// keyLength is the length of the key, in bytes.
const keyLength = 32

// loadKey reads the key, which the first save creates.
func (s *Store) loadKey() error {
	data, err := s.readWhole(keyName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	key, err := hex.DecodeString(string(bytes.TrimSpace(data)))
	if err != nil || len(key) != keyLength {
		return s.putAside(keyName, errors.New("is damaged, the previous results are not used"))
	}
	s.key = key
	return nil
}

// makeKey creates the key if it does not exist.
func (s *Store) makeKey() error {
	if s.key != nil {
		return nil
	}
	key := make([]byte, keyLength)
	_, _ = rand.Read(key) // It never fails.
	if err := s.replace(keyName, append(hex.AppendEncode(nil, key), '\n')); err != nil {
		return err
	}
	s.key = key
	return nil
}

// tag returns the HMAC that represents a check's fingerprint on disk.
func (s *Store) tag(check, fingerprint string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(check + "\x00" + fingerprint))
	const length = 16 // It is enough to tell definitions apart.
	return hex.EncodeToString(mac.Sum(nil)[:length])
}
