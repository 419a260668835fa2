package kbd

func Init() error { return nil }
