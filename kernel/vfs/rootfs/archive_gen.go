package rootfs

// archive is what the build has embedded; a build with files for the image
// lays another text over this one.
var archive string
