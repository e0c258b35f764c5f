const n=["draft","published","withdrawing","withdrawn"],t={draft:"waiting",published:"good",withdrawing:"going",withdrawn:""};function a(i){return t[i]}export{n as E,a as l};
