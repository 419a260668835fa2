package inet

func Init() error { return nil }
