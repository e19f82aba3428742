package main

func loop([]string) error    { return nil }
func growing([]string) error { return nil }
