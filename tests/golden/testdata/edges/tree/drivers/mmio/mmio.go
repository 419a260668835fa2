package mmio

func Init() error { return nil }
